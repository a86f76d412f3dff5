{{ config(severity='warn') }}

-- The class of all accidents ('전체') equals the total that the sender states beside each class.
with statistics as (
    select * from {{ ref('stg_police__traffic_statistics') }}
),

totals as (
    select
        district_code,
        year,
        sum(accident_count) filter (where accident_class = '전체') as all_class_count,
        min(total_accident_count) as lowest_stated_count,
        max(total_accident_count) as highest_stated_count
    from statistics
    group by district_code, year
)

select *
from totals
where
    highest_stated_count is not null
    and (
        all_class_count is distinct from highest_stated_count
        or lowest_stated_count <> highest_stated_count
    )
