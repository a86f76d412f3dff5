-- How many crimes of a quarter were cleared, in the same quarter and later?
-- Cases of one quarter followed up, unlike five_major_clearance_rate, which counts clearances by
-- their own day. Recent quarters had less time: compare same_quarter_pct, not cleared_pct.
select
    quarters.quarter_start,
    incidents.crime_group,
    count(*) as incident_count,
    count(incidents.cleared_on) as cleared_count,
    round(100.0 * count(incidents.cleared_on) / count(*), 1) as cleared_pct,
    round(
        100.0 * count(*) filter (
            where incidents.cleared_on < quarters.quarter_start + interval '3 months'
        ) / count(*),
        1
    ) as same_quarter_pct
from marts.fct_crime_incidents as incidents
inner join marts.dim_date as quarters
    on incidents.reported_on = quarters.calendar_date
where incidents.is_five_major
group by quarters.quarter_start, incidents.crime_group
order by quarters.quarter_start, incidents.crime_group
