with years as (
    select distinct
        year,
        make_date(year, 1, 1) as first_day,
        make_date(year, 12, 31) as last_day
    from {{ ref('stg_police__station_crimes') }}
),

dongs as (
    select * from {{ ref('dongs') }}
),

station_dong_bridge as (
    select * from {{ ref('station_dong_bridge') }}
),

district_sizes as (
    select
        district_code,
        count(*) as dong_count
    from dongs
    group by district_code
),

areas as (
    select
        years.year,
        station_dong_bridge.station_code,
        dongs.district_code,
        count(*) as dong_count,
        bool_and(
            coalesce(station_dong_bridge.valid_from, '-infinity'::date) <= years.first_day
            and coalesce(station_dong_bridge.valid_to, 'infinity'::date) >= years.last_day
        ) as is_whole_year
    from station_dong_bridge
    inner join dongs
        on station_dong_bridge.dong_code = dongs.dong_code
    inner join years
        on
            coalesce(station_dong_bridge.valid_from, '-infinity'::date) <= years.last_day
            and coalesce(station_dong_bridge.valid_to, 'infinity'::date) >= years.first_day
    group by years.year, station_dong_bridge.station_code, dongs.district_code
),

matched_stations as (
    select
        areas.station_code,
        areas.year
    from areas
    inner join district_sizes
        on areas.district_code = district_sizes.district_code
    group by areas.station_code, areas.year
    having bool_and(areas.is_whole_year and areas.dong_count = district_sizes.dong_count)
),

final as (
    select
        areas.station_code,
        areas.year,
        areas.district_code
    from areas
    inner join matched_stations
        on
            areas.station_code = matched_stations.station_code
            and areas.year = matched_stations.year
)

select * from final
