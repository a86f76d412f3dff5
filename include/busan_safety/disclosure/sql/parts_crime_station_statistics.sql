-- One row per station, year and group of the five major crimes in the stations' yearly statistic.
select
    station_code,
    make_date(year, 1, 1) as year,
    crime_group,
    sum(incident_count)::bigint as event_count
from marts.fct_crimes_by_station
where incident_count > 0
group by 1, 2, 3
