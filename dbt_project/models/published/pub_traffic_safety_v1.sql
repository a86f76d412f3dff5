with traffic_safety as (
    select * from {{ source('disclosed', 'traffic_safety') }}
),

final as (
    select
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
    from traffic_safety
)

select * from final
