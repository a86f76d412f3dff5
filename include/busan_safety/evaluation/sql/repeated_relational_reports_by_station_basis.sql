-- One row: the newest date in the data behind repeated relational reports, and their nature.
select
    max(reported_on) as data_as_of,
    coalesce(bool_or(is_synthetic), false) as is_synthetic
from marts_restricted.fct_relational_cases
where reported_on between %(study_from)s and %(study_to)s
