with zones as (
    select * from {{ source('raw', 'current_district_child_zones') }}
),

final as (
    select
        district_code,
        station_code,
        facility_kind,
        facility_name,
        road_address,
        lot_address,
        cctv_count,
        road_width_min_m,
        road_width_max_m,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        has_cctv,
        coalesce('duplicate' = any(_flags), false) as is_repeated,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from zones
)

select * from final
