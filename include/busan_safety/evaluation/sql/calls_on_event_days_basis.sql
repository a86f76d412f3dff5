-- One row: the newest date in the data behind calls on event days, and their nature.
with

calls as (
    select
        max(call_date) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from marts.fct_112_calls_daily
    where call_date between %(study_from)s and %(study_to)s
),

events as (
    select bool_or(is_synthetic) as is_synthetic
    from marts.fct_crowded_events
)

select
    calls.newest_on as data_as_of,
    coalesce(calls.is_synthetic, false) or coalesce(events.is_synthetic, false) as is_synthetic
from calls
cross join events
