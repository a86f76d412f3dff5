with zones as (
    select * from {{ ref('stg_districts__child_zones') }}
    where not is_repeated
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        zones.batch_id,
        zones.line,
        zones.district_code,
        zones.station_code,
        zones.facility_kind,
        zones.facility_name,
        zones.road_address,
        zones.cctv_count,
        zones.road_width_min_m,
        zones.road_width_max_m,
        zones.longitude,
        zones.latitude,
        zones.h3_cell,
        zones.point_district_code,
        zones.has_cctv,
        batches.is_synthetic,
        zones.reference_date
    from zones
    inner join batches
        on zones.batch_id = batches.batch_id
)

select * from final
