-- One row per map cell (H3, resolution 9) and complete quarter: recorded incidents in the street by
-- month of report, zeros included; the dong most of its incidents lie in; and the month of the first
-- security camera in it. A cell with a camera of unknown month is left out, as is one that never
-- held an incident, which tells nothing.
with

quarters as (
    select date_trunc('quarter', to_date(slices.slice_key, 'YYYY-MM'))::date as quarter
    from staging.stg_platform__batch_slices as slices
    where
        slices.source_id = 'police_crime_incidents'
        and not slices.is_superseded
        and to_date(slices.slice_key, 'YYYY-MM') between %(study_from)s and %(study_to)s
    group by date_trunc('quarter', to_date(slices.slice_key, 'YYYY-MM'))
    having count(*) = 3
),

incidents as (
    select
        h3_cell,
        dong_code,
        date_trunc('quarter', month)::date as quarter
    from intermediate.int_crime_incidents__located
    where
        place_kind = '노상'
        and h3_cell is not null
),

counted as (
    select
        h3_cell,
        quarter,
        count(*) as event_count
    from incidents
    group by h3_cell, quarter
),

cells as (
    select
        h3_cell,
        mode() within group (order by dong_code) as dong_code
    from incidents
    where quarter in (select quarters.quarter from quarters)
    group by h3_cell
),

cameras as (
    select
        h3_cell,
        min(installed_month) as started_on,
        bool_or(installed_month is null) as is_unknown
    from marts.fct_cctv_sites
    where
        is_security
        and h3_cell is not null
    group by h3_cell
)

select
    cells.h3_cell as unit,
    cells.dong_code as cluster,
    quarters.quarter,
    coalesce(counted.event_count, 0) as event_count,
    cameras.started_on
from quarters
cross join cells
left join counted
    on
        cells.h3_cell = counted.h3_cell
        and quarters.quarter = counted.quarter
left join cameras
    on cells.h3_cell = cameras.h3_cell
where not coalesce(cameras.is_unknown, false)
order by unit, quarters.quarter
