-- One row per women's safe return route and crime prevention zone. Things: nothing is hidden.
-- The finest place is the neighbourhood that the agencies publish; marts hold no point either.
with

places as (
    select
        'safe_route' as place_kind,
        route_id as place_id,
        route_name as place_name,
        '여성안심귀갓길' as category,
        district_code,
        dong_code,
        null::text as station_code,
        null::text as works,
        length_m,
        null::numeric as area_m2,
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
        reference_date,
        is_synthetic
    from marts.fct_safe_routes
    union all
    select
        'prevention_zone' as place_kind,
        zone_id as place_id,
        null as place_name,
        zone_kind as category,
        district_code,
        dong_code,
        station_code,
        works,
        null as length_m,
        area_m2,
        null as bell_count,
        null as cctv_count,
        null as lamp_count,
        null as board_count,
        null as mark_count,
        null as sign_count,
        null as other_count,
        null as facility_count,
        has_works,
        designated_on,
        works_completed_on,
        reference_date,
        is_synthetic
    from marts.fct_crime_zones
)

insert into disclosed.routes_zones
select
    places.place_kind,
    places.place_id,
    places.place_name,
    places.category,
    places.district_code,
    districts.name_ko as district_name_ko,
    districts.name_en as district_name_en,
    places.dong_code,
    dongs.name_ko as dong_name_ko,
    places.station_code,
    places.works,
    places.length_m,
    places.area_m2,
    places.bell_count,
    places.cctv_count,
    places.lamp_count,
    places.board_count,
    places.mark_count,
    places.sign_count,
    places.other_count,
    places.facility_count,
    places.has_works,
    places.designated_on,
    places.works_completed_on,
    case
        when coalesce(places.length_m, places.area_m2, places.facility_count) is null
            then 'not_reported'
        else 'observed'
    end as value_status,
    places.reference_date as data_as_of,
    places.is_synthetic
from places
left join marts.dim_district as districts
    on places.district_code = districts.district_code
left join marts.dim_dong as dongs
    on places.dong_code = dongs.dong_code
