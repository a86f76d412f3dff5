with zones as (
    select * from {{ source('raw', 'current_police_crime_zones') }}
),

final as (
    select
        zone_id,
        district_code,
        dong_code,
        station_code,
        zone_kind,
        works,
        area_m2,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        designated_on,
        works_completed_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from zones
)

select * from final
