-- One row: the newest date in the data behind accidents in child zones and keepers' hours, and
-- their nature.
with

accidents as (
    select
        max(accident_date) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_traffic_accidents
    where accident_date between %(study_from)s and %(study_to)s
),

keepers as (
    select bool_or(is_synthetic) as is_synthetic
    from marts.fct_child_keeper_school_months
)

select
    accidents.newest_on as data_as_of,
    coalesce(accidents.is_synthetic, false)
    or coalesce(keepers.is_synthetic, false) as is_synthetic
from accidents
cross join keepers
