with crimes as (
    select * from {{ ref('int_region_crimes__classified') }}
),

final as (
    select
        district_code,
        year,
        crime_class_code,
        crime_group,
        incident_count,
        is_five_major,
        is_synthetic,
        batch_id
    from crimes
)

select * from final
