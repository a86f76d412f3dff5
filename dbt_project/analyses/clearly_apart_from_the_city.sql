-- On which indicators is a district clearly apart from the city in the newest whole period?
-- Clearly: the city's value lies outside the district's 95 % interval. With 16 districts and many
-- indicators some will be apart by chance (about one in twenty): a list to look into, no verdict.
with newest as (
    select
        indicator_id,
        definition_version,
        subgroup,
        max(period_start) as period_start
    from marts.fct_indicator_value
    where place_type = 'city' and value_status = 'observed'
    group by indicator_id, definition_version, subgroup
)

select
    indicators.name_ko as indicator_name_ko,
    own.period_start,
    districts.name_ko as district_name_ko,
    own.value,
    own.lower_95,
    own.upper_95,
    city.value as city_value,
    indicators.unit,
    indicators.direction,
    case
        when own.lower_95 > city.value then 'above'
        when own.upper_95 < city.value then 'below'
        else 'not clearly apart'
    end as against_city
from marts.fct_indicator_value as own
inner join newest
    on
        own.indicator_id = newest.indicator_id
        and own.definition_version = newest.definition_version
        and own.subgroup = newest.subgroup
        and own.period_start = newest.period_start
inner join marts.fct_indicator_value as city
    on
        own.indicator_id = city.indicator_id
        and own.definition_version = city.definition_version
        and own.subgroup = city.subgroup
        and own.period_type = city.period_type
        and own.period_start = city.period_start
        and city.place_type = 'city'
inner join marts.dim_indicator as indicators
    on
        own.indicator_id = indicators.indicator_id
        and own.definition_version = indicators.definition_version
inner join marts.dim_district as districts
    on own.place_code = districts.district_code
where own.place_type = 'district' and own.lower_95 is not null
order by indicator_name_ko asc, against_city asc, own.value desc
