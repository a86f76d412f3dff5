-- Night-time 112 calls by month in dongs with and without completed safe-route works.
-- A picture to look at before the evaluation; the estimate is in evaluation.fct_policy_effect.
with treated_dongs as (
    select distinct dong_code
    from marts.fct_safe_routes
    where works_completed_on is not null
),

-- Counted by dong first: the calls of three years are read once and not sorted.
dong_months as (
    select
        month,
        dong_code,
        count(*) as night_call_count
    from marts.fct_112_calls
    where is_night
    group by month, dong_code
)

select
    dong_months.month,
    treated_dongs.dong_code is not null as has_works_ever,
    count(*) as dong_count,
    sum(dong_months.night_call_count) as night_call_count
from dong_months
left join treated_dongs
    on dong_months.dong_code = treated_dongs.dong_code
group by dong_months.month, treated_dongs.dong_code is not null
order by dong_months.month, has_works_ever
