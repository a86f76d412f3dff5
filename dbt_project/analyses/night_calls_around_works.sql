-- Night-time 112 calls by month in dongs with and without completed safe-route works.
-- A picture to look at before the evaluation; the estimate is in evaluation.fct_policy_effect.
with treated_dongs as (
    select
        dong_code,
        min(works_completed_on) as first_works_on
    from marts.fct_safe_routes
    where works_completed_on is not null
    group by dong_code
)

select
    calls.month,
    treated_dongs.dong_code is not null as has_works_ever,
    count(distinct calls.dong_code) as dong_count,
    count(*) as night_call_count
from marts.fct_112_calls as calls
left join treated_dongs
    on calls.dong_code = treated_dongs.dong_code
where calls.is_night
group by calls.month, treated_dongs.dong_code is not null
order by calls.month, has_works_ever
