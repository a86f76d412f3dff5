with calls_112 as (
    select * from {{ source('disclosed', 'calls_112') }}
),

final as (
    select
        place_type,
        place_code,
        place_name_ko,
        place_name_en,
        period_type,
        period_start,
        period_end,
        priority_code,
        class_level,
        class_code,
        class_name_ko,
        class_name_en,
        event_count,
        unit,
        value_status,
        data_as_of,
        is_synthetic
    from calls_112
)

select * from final
