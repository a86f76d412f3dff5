with schools_child_safety as (
    select * from {{ source('disclosed', 'schools_child_safety') }}
),

final as (
    select
        measure_id,
        measure_name_ko,
        measure_name_en,
        school_level,
        place_type,
        place_code,
        place_name_ko,
        place_name_en,
        period_type,
        period_start,
        period_end,
        count_value,
        base_count,
        rate,
        rate_unit,
        value_status,
        data_as_of,
        is_synthetic
    from schools_child_safety
)

select * from final
