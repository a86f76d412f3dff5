with districts as (
    select * from {{ ref('dim_district') }}
),

dongs as (
    select * from {{ ref('dim_dong') }}
),

stations as (
    select * from {{ ref('dim_station') }}
),

zones as (
    select * from {{ ref('stg_police__crime_zones') }}
),

routes as (
    select * from {{ ref('stg_districts__safe_routes') }}
),

events as (
    select * from {{ ref('stg_city__crowded_events') }}
),

final as (
    select
        'city' as place_type,
        '26' as place_code,
        '부산광역시' as name_ko,
        'Busan' as name_en,
        null::text as parent_district_code,
        null::date as valid_from,
        null::date as valid_to
    union all
    select
        'district' as place_type,
        district_code as place_code,
        name_ko,
        name_en,
        district_code as parent_district_code,
        null::date as valid_from,
        null::date as valid_to
    from districts
    union all
    select
        'dong' as place_type,
        dong_code as place_code,
        name_ko,
        null::text as name_en,
        district_code as parent_district_code,
        null::date as valid_from,
        null::date as valid_to
    from dongs
    union all
    -- A station may cover parts of two districts: bridge_station_dong says which.
    select
        'station' as place_type,
        station_code as place_code,
        name_ko,
        name_en,
        null::text as parent_district_code,
        valid_from,
        valid_to
    from stations
    union all
    -- Registers say when a zone or route began and not when it ends.
    select
        'zone' as place_type,
        zone_id as place_code,
        zone_id as name_ko,
        null::text as name_en,
        district_code as parent_district_code,
        designated_on as valid_from,
        null::date as valid_to
    from zones
    union all
    select
        'route' as place_type,
        route_id as place_code,
        coalesce(route_name, route_id) as name_ko,
        null::text as name_en,
        district_code as parent_district_code,
        designated_on as valid_from,
        null::date as valid_to
    from routes
    union all
    select
        'event' as place_type,
        event_id as place_code,
        coalesce(event_name, event_id) as name_ko,
        null::text as name_en,
        district_code as parent_district_code,
        started_on as valid_from,
        ended_on as valid_to
    from events
)

select * from final
