-- How far is each district from the city, as a ratio with an interval (numerators are Poisson)?
-- The city includes the district, so the ratio is a little closer to 1 than against the rest.
with rows_of_indicator as (
    select *
    from marts.fct_indicator_value
    where
        indicator_id = 'call_112_rate'
        and value_status = 'observed'
)

select
    districts.name_ko,
    parts.period_start,
    round(parts.value / city.value, 3) as ratio,
    round(parts.lower_95 / city.value, 3) as ratio_lower_95,
    round(parts.upper_95 / city.value, 3) as ratio_upper_95
from rows_of_indicator as parts
inner join rows_of_indicator as city
    on
        parts.period_start = city.period_start
        and city.place_type = 'city'
        and city.value > 0
inner join marts.dim_district as districts
    on parts.place_code = districts.district_code
where parts.place_type = 'district'
order by parts.period_start asc, ratio desc
