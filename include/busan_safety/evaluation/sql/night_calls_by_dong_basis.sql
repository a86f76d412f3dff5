-- One row: the newest date in the data behind night calls and route works, and their nature.
with

calls as (
    select
        max(call_date) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_112_calls
    where call_date between %(study_from)s and %(study_to)s
),

routes as (
    select
        max(reference_date) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_safe_routes
)

select
    greatest(calls.newest_on, routes.newest_on) as data_as_of,
    coalesce(calls.is_synthetic, false) or coalesce(routes.is_synthetic, false) as is_synthetic
from calls
cross join routes
