-- One row: the newest date in the data behind handling times, and their nature.
select
    max(received_on) as data_as_of,
    coalesce(bool_or(is_synthetic), false) as is_synthetic
from marts_restricted.fct_mental_responses
where received_on between %(study_from)s and %(study_to)s
