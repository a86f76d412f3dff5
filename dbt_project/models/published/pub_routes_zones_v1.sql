with routes_zones as (
    select * from {{ source('disclosed', 'routes_zones') }}
),

final as (
    select
        place_kind,
        place_id,
        place_name,
        category,
        district_code,
        district_name_ko,
        district_name_en,
        dong_code,
        dong_name_ko,
        station_code,
        works,
        length_m,
        area_m2,
        bell_count,
        cctv_count,
        lamp_count,
        board_count,
        mark_count,
        sign_count,
        other_count,
        facility_count,
        has_works,
        designated_on,
        works_completed_on,
        value_status,
        data_as_of,
        is_synthetic
    from routes_zones
)

select * from final
