-- The 16 districts add up exactly to the city's own total row in every month.
with residents as (
    select * from {{ ref('stg_city__residents') }}
),

final as (
    select
        month,
        count(*) filter (where not is_total) as district_count,
        sum(resident_count) filter (where not is_total) as district_sum,
        max(resident_count) filter (where is_total) as city_total
    from residents
    group by month
)

select *
from final
where
    district_count <> 16
    or district_sum is distinct from city_total
