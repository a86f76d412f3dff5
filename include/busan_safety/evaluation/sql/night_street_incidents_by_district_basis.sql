-- One row: the newest date in the data behind incidents in the street at night, and their nature.
select
    max(reported_on) as data_as_of,
    coalesce(bool_or(is_synthetic), false) as is_synthetic
from marts.fct_crime_incidents
where month between %(study_from)s and %(study_to)s
