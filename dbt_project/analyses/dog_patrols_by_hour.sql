-- When do dog patrols walk, and at which hours do they report? Look out: a report is work done,
-- more or fewer of them is neither good nor bad; districts without teams do not appear.
select
    start_hour,
    count(*) as patrol_count,
    sum(patrol_minutes) as patrol_minutes,
    sum(report_112_count) as report_112_count,
    sum(report_120_count) as report_120_count,
    round(
        100.0 * sum(report_112_count + report_120_count) / count(*), 2
    ) as reports_per_100_patrols
from marts.fct_patrols
where patrol_kind = 'dog'
group by start_hour
order by start_hour
