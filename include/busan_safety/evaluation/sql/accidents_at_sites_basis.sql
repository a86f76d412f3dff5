-- One row: the newest date in the data behind accidents at sites, and their nature.
with

accidents as (
    select
        max(accident_date) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_traffic_accidents
    where accident_date between %(study_from)s and %(study_to)s
),

facilities as (
    select
        max(reference_date) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_signal_facilities
)

select
    greatest(accidents.newest_on, facilities.newest_on) as data_as_of,
    coalesce(accidents.is_synthetic, false)
    or coalesce(facilities.is_synthetic, false) as is_synthetic
from accidents
cross join facilities
