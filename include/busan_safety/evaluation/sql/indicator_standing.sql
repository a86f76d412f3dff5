-- One row: breaks of the indicators after the first day of the study and up to its newest data (for
-- every place, or for places of the kind the plan compares), and how many of the city's values in
-- the study period are provisional or not reported.
with

named as (
    select
        indicator_id,
        series_breaks
    from marts.dim_indicator
    where indicator_id = any(%(indicators)s)
),

breaks as (
    select distinct known.series_break
    from marts.dim_series_break as known
    inner join named
        on known.series_break = any(string_to_array(named.series_breaks, '|'))
    where
        known.broke_on > %(study_from)s
        and known.broke_on <= least(%(study_to)s, %(newest)s::date)
        and (known.place_type is null or known.place_type = %(place_type)s)
),

standing as (
    select
        count(*) as period_count,
        count(*) filter (where value_status = 'provisional') as provisional_count,
        count(*) filter (where value_status = 'not_reported') as not_reported_count
    from marts.fct_indicator_value
    where
        indicator_id = any(%(indicators)s)
        and place_type = 'city'
        and subgroup = 'all'
        and period_start >= %(study_from)s
        and period_end <= least(%(study_to)s, %(newest)s::date)
)

select
    standing.*,
    (
        select coalesce(array_agg(breaks.series_break order by breaks.series_break), '{}')
        from breaks
    ) as breaks
from standing
