with crimes as (
    select * from {{ ref('stg_police__station_crimes') }}
    where not is_total
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        crimes.station_code,
        crimes.year,
        groups.crime_group,
        groups.incident_count,
        batches.is_synthetic,
        crimes.batch_id
    from crimes
    inner join batches
        on crimes.batch_id = batches.batch_id
    cross join lateral (
        values
        ('murder', crimes.murder_count),
        ('robbery', crimes.robbery_count),
        ('sexual_violence', crimes.sexual_violence_count),
        ('theft', crimes.theft_count),
        ('violence', crimes.violence_count)
    ) as groups (crime_group, incident_count)
)

select * from final
