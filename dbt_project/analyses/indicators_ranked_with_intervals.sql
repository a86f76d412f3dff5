-- Where does each district stand on every indicator, as a range of ranks and not as one rank?
-- best_rank counts the districts whose whole interval is better, worst_rank those that are not
-- clearly worse: ranges that overlap are no difference. Indicators that are context only (more
-- calls are not more danger) and those without interval are left out.
with newest as (
    select
        indicator_id,
        definition_version,
        subgroup,
        max(period_start) as period_start
    from marts.fct_indicator_value
    where place_type = 'district' and value_status = 'observed' and lower_95 is not null
    group by indicator_id, definition_version, subgroup
),

compared as (
    select
        district_values.*,
        indicators.name_ko as indicator_name_ko,
        indicators.unit,
        -- Lower is better after the sign is turned.
        case
            when indicators.direction = 'lower' then district_values.lower_95
            else -district_values.upper_95
        end as best_case,
        case
            when indicators.direction = 'lower' then district_values.upper_95
            else -district_values.lower_95
        end as worst_case
    from marts.fct_indicator_value as district_values
    inner join newest
        on
            district_values.indicator_id = newest.indicator_id
            and district_values.definition_version = newest.definition_version
            and district_values.subgroup = newest.subgroup
            and district_values.period_start = newest.period_start
    inner join marts.dim_indicator as indicators
        on
            district_values.indicator_id = indicators.indicator_id
            and district_values.definition_version = indicators.definition_version
    where
        district_values.place_type = 'district'
        and district_values.lower_95 is not null
        and indicators.direction in ('higher', 'lower')
)

select
    own.indicator_name_ko,
    own.period_start,
    districts.name_ko,
    own.value,
    own.unit,
    own.lower_95,
    own.upper_95,
    1 + count(*) filter (where others.worst_case < own.best_case) as best_rank,
    count(*) filter (where others.best_case <= own.worst_case) as worst_rank,
    count(*) as district_count
from compared as own
inner join compared as others
    on
        own.indicator_id = others.indicator_id
        and own.definition_version = others.definition_version
        and own.subgroup = others.subgroup
inner join marts.dim_district as districts
    on own.place_code = districts.district_code
group by
    own.indicator_id,
    own.definition_version,
    own.subgroup,
    own.indicator_name_ko,
    own.period_start,
    districts.name_ko,
    own.value,
    own.unit,
    own.lower_95,
    own.upper_95
order by own.indicator_name_ko asc, best_rank asc, own.value asc
