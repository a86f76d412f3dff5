-- One row: the newest date in the data behind accidents of elderly drivers and licence returns, and
-- their nature.
with

accidents as (
    select
        max(accident_date) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_traffic_accidents
    where accident_date between %(study_from)s and %(study_to)s
),

licence_returns as (
    select bool_or(is_synthetic) as is_synthetic
    from marts.fct_licence_returns
)

select
    accidents.newest_on as data_as_of,
    coalesce(accidents.is_synthetic, false)
    or coalesce(licence_returns.is_synthetic, false) as is_synthetic
from accidents
cross join licence_returns
