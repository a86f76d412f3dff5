with crime as (
    select * from {{ source('disclosed', 'crime') }}
),

final as (
    select
        source,
        measure,
        place_type,
        place_code,
        place_name_ko,
        place_name_en,
        period_type,
        period_start,
        period_end,
        class_level,
        class_code,
        class_name_ko,
        class_name_en,
        event_count,
        unit,
        value_status,
        data_as_of,
        is_synthetic
    from crime
)

select * from final
