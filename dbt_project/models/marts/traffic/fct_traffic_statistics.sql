with statistics as (
    select * from {{ ref('stg_police__traffic_statistics') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        statistics.district_code,
        statistics.year,
        statistics.accident_class,
        statistics.accident_count,
        statistics.death_count,
        statistics.injured_count,
        statistics.accident_share_pct,
        statistics.fatality_pct,
        statistics.accidents_per_100k,
        statistics.accidents_per_10k_cars,
        statistics.person_vehicle_count,
        statistics.vehicles_count,
        statistics.single_vehicle_count,
        statistics.accident_class = '전체' as is_total,
        batches.is_synthetic,
        statistics.batch_id
    from statistics
    inner join batches
        on statistics.batch_id = batches.batch_id
)

select * from final
