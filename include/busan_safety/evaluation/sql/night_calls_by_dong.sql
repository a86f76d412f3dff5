-- One row per dong and complete month: night-time 112 calls, zeros included.
-- A month is complete when each of its days has calls somewhere in the city: a day without any
-- means that a delivery is missing or that the month has not ended.
with

complete_months as (
    select month
    from marts.fct_112_calls
    where call_date between %(study_from)s and %(study_to)s
    group by month
    having
        count(distinct call_date)
        = extract(day from month + interval '1 month' - interval '1 day')
),

night_calls as (
    select
        calls.dong_code,
        calls.month,
        count(*) as event_count
    from marts.fct_112_calls as calls
    where
        calls.is_night
        and calls.month in (select complete_months.month from complete_months)
    group by calls.dong_code, calls.month
)

select
    dongs.dong_code as unit,
    complete_months.month,
    coalesce(night_calls.event_count, 0) as event_count
from complete_months
cross join marts.dim_dong as dongs
left join night_calls
    on
        dongs.dong_code = night_calls.dong_code
        and complete_months.month = night_calls.month
order by unit, month
