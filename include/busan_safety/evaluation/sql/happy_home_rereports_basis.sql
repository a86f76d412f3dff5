-- One row: the newest start in the data behind the programme's persons, and their nature.
select
    max(started_on) as data_as_of,
    coalesce(bool_or(is_synthetic), false) as is_synthetic
from marts_restricted.fct_victim_support
where
    support_kind = '희망드림'
    and started_on between %(study_from)s and %(study_to)s
