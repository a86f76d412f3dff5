{{ config(severity='warn', fail_calc='coalesce(sum(station_disagreement_count), 0)') }}

-- The station of a call comes from the dong bridge; the sender names one too. Counts the calls
-- where the two differ: the bridge may be wrong (one dong rests on implication) or the sender.
with calls as (
    select * from {{ ref('fct_112_calls_daily') }}
)

select
    month,
    district_code,
    sum(station_disagreement_count) as station_disagreement_count
from calls
group by month, district_code
having sum(station_disagreement_count) > 0
