with routes as (
    select * from {{ source('raw', 'current_district_safe_routes') }}
),

final as (
    select
        route_id,
        route_name,
        district_code,
        dong_code,
        length_m,
        bell_count,
        cctv_count,
        lamp_count,
        board_count,
        mark_count,
        service_sign_count,
        report_sign_count,
        other_count,
        lamp_inspected_count,
        lamp_passed_count,
        designated_on,
        works_completed_on,
        lamps_inspected_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from routes
)

select * from final
