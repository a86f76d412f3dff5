with crimes as (
    select * from {{ source('raw', 'current_police_crime_by_region') }}
),

final as (
    select
        district_code,
        class_code as crime_class_code,
        year,
        class_large,
        class_middle,
        incident_count,
        coalesce('total' = any(_flags), false) as is_total,
        _batch_id as batch_id,
        _line as line
    from crimes
)

select * from final
