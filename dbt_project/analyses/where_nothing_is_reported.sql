-- Which places are missing in which indicator, since when, and how much of it?
-- Every gap is a row of the complete grid with value_status not_reported: it is neither zero nor
-- left out. A city without one of its districts is not reported either.
select
    gaps.indicator_id,
    gaps.definition_version,
    indicators.owner,
    gaps.place_type,
    gaps.place_code,
    count(*) as period_count,
    count(*) filter (where gaps.value_status = 'not_reported') as not_reported_count,
    min(gaps.period_start) filter (where gaps.value_status = 'not_reported') as first_gap,
    max(gaps.period_start) filter (where gaps.value_status = 'not_reported') as last_gap,
    max(gaps.period_start) filter (where gaps.value is not null) as last_value
from marts.fct_indicator_value as gaps
inner join marts.dim_indicator as indicators
    on
        gaps.indicator_id = indicators.indicator_id
        and gaps.definition_version = indicators.definition_version
group by
    gaps.indicator_id,
    gaps.definition_version,
    indicators.owner,
    gaps.place_type,
    gaps.place_code
order by not_reported_count desc, gaps.indicator_id asc, gaps.place_type asc, gaps.place_code asc
