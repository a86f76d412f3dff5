-- One row: the newest date in the data behind calls about intoxicated persons, and their nature.
select
    max(call_date) as data_as_of,
    coalesce(bool_or(is_synthetic), false) as is_synthetic
from marts.fct_112_calls_daily
where call_date between %(study_from)s and %(study_to)s
