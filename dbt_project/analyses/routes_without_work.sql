-- Which safe return routes have no completed work, and for how long have they been designated?
-- No date means that the district's list has none: not done, or not written down. Ask the district
-- before calling it idle.
with newest as (
    select max(data_as_of) as data_as_of
    from marts.fct_indicator_value
    where indicator_id = 'safe_route_improvement_rate'
)

select
    districts.name_ko as district_name_ko,
    routes.route_id,
    routes.length_m,
    routes.designated_on,
    date_part('year', age(newest.data_as_of, routes.designated_on))::int as years_designated,
    routes.is_synthetic
from marts.fct_safe_routes as routes
cross join newest
inner join marts.dim_district as districts
    on routes.district_code = districts.district_code
where routes.works_completed_on is null
order by routes.designated_on asc nulls last, routes.route_id asc
