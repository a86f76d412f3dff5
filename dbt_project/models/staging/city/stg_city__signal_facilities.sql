with facilities as (
    select * from {{ source('raw', 'current_city_signal_facilities') }}
),

final as (
    select
        facility_id,
        facility_kind,
        crossing_id,
        district_code,
        place as place_name,
        status as operating_status,
        device_count,
        daily_vehicle_count,
        enforcement_count,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        is_in_child_zone,
        installed_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from facilities
)

select * from final
