-- One row per district and complete quarter: recorded incidents in the street from 20:00 to 05:59 by
-- month of report, and the first day of dog patrols there.
with

months as (
    select to_date(slices.slice_key, 'YYYY-MM') as month
    from staging.stg_platform__batch_slices as slices
    where
        slices.source_id = 'police_crime_incidents'
        and not slices.is_superseded
),

quarters as (
    select date_trunc('quarter', month)::date as quarter
    from months
    where month between %(study_from)s and %(study_to)s
    group by date_trunc('quarter', month)
    having count(*) = 3
),

incidents as (
    select
        district_code,
        date_trunc('quarter', month)::date as quarter,
        count(*) as event_count
    from marts.fct_crime_incidents
    where
        place_kind = '노상'
        and is_night
    group by district_code, date_trunc('quarter', month)
),

patrols as (
    select
        district_code,
        min(patrolled_on) as started_on
    from marts.fct_patrols
    where patrol_kind = 'dog'
    group by district_code
)

select
    districts.district_code as unit,
    quarters.quarter,
    coalesce(incidents.event_count, 0) as event_count,
    null::numeric as exposure,
    patrols.started_on
from quarters
cross join marts.dim_district as districts
left join incidents
    on
        districts.district_code = incidents.district_code
        and quarters.quarter = incidents.quarter
left join patrols
    on districts.district_code = patrols.district_code
order by unit, quarters.quarter
