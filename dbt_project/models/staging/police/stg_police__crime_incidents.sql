with incidents as (
    select * from {{ source('raw', 'current_police_crime_incidents') }}
),

final as (
    select
        incident_id,
        dong_code,
        station_code,
        class_code as crime_class_code,
        place_kind,
        zone_id,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        is_abnormal_motive,
        occurred_at,
        reported_at,
        cleared_on,
        _batch_id as batch_id,
        _line as line
    from incidents
)

select * from final
