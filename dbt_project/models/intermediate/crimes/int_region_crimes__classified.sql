with crimes as (
    select * from {{ ref('stg_police__region_crimes') }}
    where not is_total
),

crime_classes as (
    select * from {{ ref('crime_classes') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        crimes.district_code,
        crimes.year,
        crimes.crime_class_code,
        crime_classes.five_major_group as crime_group,
        crimes.incident_count,
        crime_classes.is_five_major,
        batches.is_synthetic,
        crimes.batch_id
    from crimes
    left join crime_classes
        on crimes.crime_class_code = crime_classes.crime_class_code
    inner join batches
        on crimes.batch_id = batches.batch_id
)

select * from final
