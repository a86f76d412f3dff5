-- One row per district and year that is known, zeros too. The city is empty where a district is
-- unknown.
with

years as (
    select
        place_code as district_code,
        period_start,
        school_zone_child_accident_count::bigint as event_count,
        is_reported and school_zone_child_accident_count is not null as is_known
    from marts.fct_measures_traffic_statistics
),

totals as (
    select
        *,
        bool_and(is_known) over (partition by period_start) as has_city
    from years
)

select
    district_code,
    period_start,
    case when has_city then '26' end as city_code,
    event_count
from totals
where is_known
