-- One row: the newest date in the data behind crimes in zones, and their nature.
select
    max(newest_date) as data_as_of,
    coalesce(bool_or(is_synthetic), false) as is_synthetic
from intermediate.int_crime_zones__compared
where window_start >= %(study_from)s and window_end <= %(study_to)s
