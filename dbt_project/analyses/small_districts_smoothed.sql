-- Which districts keep a high or low rate once chance is taken out of small numbers?
-- The smoothed value is an estimate beside the observed one: never publish it as observed.
select
    districts.name_ko,
    smoothed.period_start,
    observed.numerator,
    observed.value as observed_value,
    smoothed.smoothed_value,
    smoothed.mean_value,
    smoothed.observed_weight
from marts.fct_indicator_smoothed as smoothed
inner join marts.fct_indicator_value as observed
    on
        smoothed.indicator_id = observed.indicator_id
        and smoothed.definition_version = observed.definition_version
        and smoothed.subgroup = observed.subgroup
        and observed.place_type = 'district'
        and smoothed.district_code = observed.place_code
        and smoothed.period_type = observed.period_type
        and smoothed.period_start = observed.period_start
inner join marts.dim_district as districts
    on smoothed.district_code = districts.district_code
where smoothed.indicator_id = 'traffic_death_rate'
order by smoothed.period_start desc, smoothed.smoothed_value desc
