-- One row: the newest date in the data behind incidents by cell and cameras, and their nature.
with

incidents as (
    select
        max(reported_on) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from intermediate.int_crime_incidents__located
    where month between %(study_from)s and %(study_to)s
),

cameras as (
    select bool_or(is_synthetic) as is_synthetic
    from marts.fct_cctv_sites
)

select
    incidents.newest_on as data_as_of,
    coalesce(incidents.is_synthetic, false)
    or coalesce(cameras.is_synthetic, false) as is_synthetic
from incidents
cross join cameras
