with zones as (
    select * from {{ ref('stg_police__crime_zones') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        zones.zone_id,
        zones.district_code,
        zones.dong_code,
        zones.station_code,
        zones.zone_kind,
        zones.works,
        round(zones.area_m2::numeric, 2) as area_m2,
        zones.works_completed_on is not null as has_works,
        batches.is_synthetic,
        zones.designated_on,
        zones.works_completed_on,
        zones.reference_date,
        zones.batch_id
    from zones
    inner join batches
        on zones.batch_id = batches.batch_id
)

select * from final
