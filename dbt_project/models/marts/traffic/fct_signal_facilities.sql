with facilities as (
    select * from {{ ref('stg_city__signal_facilities') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        facilities.facility_id,
        facilities.district_code,
        facilities.crossing_id,
        facilities.facility_kind,
        facilities.place_name,
        facilities.operating_status,
        facilities.device_count,
        facilities.daily_vehicle_count,
        facilities.enforcement_count,
        facilities.longitude,
        facilities.latitude,
        facilities.h3_cell,
        facilities.point_district_code,
        facilities.is_in_child_zone,
        batches.is_synthetic,
        facilities.installed_on,
        facilities.reference_date,
        facilities.batch_id
    from facilities
    inner join batches
        on facilities.batch_id = batches.batch_id
)

select * from final
