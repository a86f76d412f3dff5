-- One row per complete month: 112 calls about intoxicated persons (code 305) of the whole city.
-- A month is complete when each of its days has calls. The code is counted otherwise from
-- 2025-01 on, which is a break of the series.
with

complete_months as (
    select month
    from marts.fct_112_calls_daily
    where call_date between %(study_from)s and %(study_to)s
    group by month
    having
        count(distinct call_date)
        = extract(day from month + interval '1 month' - interval '1 day')
),

calls as (
    select
        month,
        sum(intoxicated_count)::bigint as event_count
    from marts.fct_112_calls_daily
    group by month
)

select
    complete_months.month,
    coalesce(calls.event_count, 0) as event_count,
    extract(day from complete_months.month + interval '1 month' - interval '1 day') as exposure,
    complete_months.month = date '2025-01-01' as series_break
from complete_months
left join calls
    on complete_months.month = calls.month
order by complete_months.month
