-- How do the districts compare on one indicator in its newest complete period?
-- Look at the interval before the rank: districts whose intervals overlap do not differ clearly.
with newest as (
    select max(period_start) as period_start
    from marts.fct_indicator_value
    where
        indicator_id = 'five_major_crime_rate'
        and place_type = 'district'
        and value_status = 'observed'
)

select
    districts.name_ko,
    indicators.period_start,
    indicators.numerator,
    indicators.value,
    indicators.lower_95,
    indicators.upper_95,
    indicators.interval_method
from marts.fct_indicator_value as indicators
inner join newest
    on indicators.period_start = newest.period_start
inner join marts.dim_district as districts
    on indicators.place_code = districts.district_code
where
    indicators.indicator_id = 'five_major_crime_rate'
    and indicators.place_type = 'district'
order by indicators.value desc nulls last
