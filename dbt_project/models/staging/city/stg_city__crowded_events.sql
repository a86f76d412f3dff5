with rows_sent as (
    select * from {{ source('raw', 'current_city_events') }}
),

final as (
    select
        event_id,
        event_name,
        place_name,
        district_code,
        crowd_level,
        expected_attendance_count,
        attendance_count,
        police_count,
        safety_staff_count,
        incident_count,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        started_on,
        ended_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from rows_sent
)

select * from final
