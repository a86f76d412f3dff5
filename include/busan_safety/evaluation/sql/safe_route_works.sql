-- One row per dong with completed safe-route works: the date of the first ones.
select
    dong_code as unit,
    min(works_completed_on) as first_works_on
from marts.fct_safe_routes
where works_completed_on is not null
group by dong_code
order by unit
