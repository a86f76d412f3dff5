-- One row per measure, district and month that is known, zeros too. Keepers are the count of their own
-- rows and the base of their hours. The city is empty where a district is unknown.
with

counts as (
    select
        counted.measure,
        months.district_code,
        months.month,
        counted.event_count,
        months.is_reported and counted.event_count is not null as is_known
    from marts.fct_child_keeper_district_months as months
    cross join lateral (
        values
        ('keepers', months.keeper_count::bigint), ('keeper_actions', months.action_count::bigint)
    ) as counted (measure, event_count)
),

totals as (
    select
        *,
        bool_and(is_known) over (partition by measure, month) as has_city
    from counts
)

select
    case when measure = 'keepers' then 'keepers' end as keepers,
    case when measure = 'keepers' then 'keeper_hours' end as keeper_hours,
    case when measure = 'keeper_actions' then 'keeper_actions' end as keeper_actions,
    district_code,
    month,
    case when has_city then '26' end as city_code,
    event_count
from totals
where is_known
