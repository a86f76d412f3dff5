-- One row per district, year and middle class of crime in the yearly statistic of the regions.
select
    statistics.district_code,
    make_date(statistics.year, 1, 1) as year,
    case when statistics.is_five_major then 'five_major' end as five_major,
    statistics.crime_group,
    statistics.crime_class_code as crime_class,
    sum(statistics.incident_count)::bigint as event_count
from marts.fct_crimes_by_region as statistics
where statistics.incident_count > 0
group by 1, 2, 3, 4, 5
