-- At which kind of place and when do the five major crimes happen?
-- Hours are those of the crime, not of its report; a crime found late (theft from an empty house)
-- has the hour that was written down for it. Counts, no rates: nobody counts who is in a street.
select
    place_kind,
    crime_group,
    count(*) as incident_count,
    count(*) filter (where is_night) as night_count,
    round(100.0 * count(*) filter (where is_night) / count(*), 1) as night_share_pct,
    round(
        percentile_cont(0.5) within group (order by report_delay_hours)::numeric, 1
    ) as median_report_delay_hours
from marts.fct_crime_incidents
where is_five_major
group by place_kind, crime_group
order by incident_count desc
