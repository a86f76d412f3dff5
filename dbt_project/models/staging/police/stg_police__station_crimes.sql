with crimes as (
    select * from {{ source('raw', 'current_police_crime_by_station') }}
),

final as (
    select
        station_code,
        year,
        murder as murder_count,
        robbery as robbery_count,
        sexual_violence as sexual_violence_count,
        theft as theft_count,
        violence as violence_count,
        total as published_total_count,
        coalesce('total' = any(_flags), false) as is_total,
        _batch_id as batch_id,
        _line as line
    from crimes
)

select * from final
