-- How many accidents and deaths do the sources tell for a year? Look out: the sources overlap.
-- Compare them side by side, never add them; only the police's events have dates and places.
select
    'fct_traffic_accidents' as relation,
    register as source_name,
    accident_year,
    count(*) as accident_count,
    sum(death_count) as death_count
from marts.fct_traffic_accidents
group by register, accident_year
union all
select
    'fct_traffic_statistics' as relation,
    'TAAS 전체' as source_name,
    year as accident_year,
    sum(accident_count) as accident_count,
    sum(death_count) as death_count
from marts.fct_traffic_statistics
where is_total
group by year
union all
select
    'fct_fatal_accidents' as relation,
    'TAAS 사망사고' as source_name,
    accident_year,
    count(*) as accident_count,
    sum(death_count) as death_count
from marts.fct_fatal_accidents
group by accident_year
order by accident_year, relation
