with statistics as (
    select * from {{ source('raw', 'current_police_traffic_statistics') }}
),

final as (
    select
        district_code,
        year,
        accident_class,
        accident_count,
        accident_share_pct,
        death_count,
        death_share_pct,
        fatality_pct,
        injured_count,
        injured_share_pct,
        total_accident_count,
        total_death_count,
        total_injured_count,
        accidents_per_100k,
        accidents_per_10k_cars,
        person_vehicle_count,
        vehicles_count,
        single_vehicle_count,
        _batch_id as batch_id,
        _line as line
    from statistics
)

select * from final
