-- One row per complete month: mental emergencies of the whole city with a known handling time, the
-- mean of the logarithm of their minutes from receipt to close, and how many had no end.
with

complete_months as (
    select period_start as month
    from marts.fct_measures_mental_centre
    where
        place_type = 'city'
        and period_type = 'month'
        and is_reported
        and not is_partial_period
        and period_start >= %(study_from)s
        and period_end <= %(study_to)s
),

responses as (
    select
        date_trunc('month', received_on)::date as month,
        handling_minutes
    from marts_restricted.fct_mental_responses
)

select
    complete_months.month,
    count(*) filter (where responses.handling_minutes > 0) as case_count,
    avg(ln(responses.handling_minutes)) filter (where responses.handling_minutes > 0)
        as mean_log_minutes,
    count(*) filter (where responses.handling_minutes is null) as open_count
from complete_months
inner join responses
    on complete_months.month = responses.month
group by complete_months.month
having count(*) filter (where responses.handling_minutes > 0) > 0
order by complete_months.month
