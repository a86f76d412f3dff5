-- One row per district and month from the keepers' first delivered month to their last: accidents
-- with a child hurt in a child zone, and the hours of keepers for each primary school, in steps of
-- ten. January and February have no keepers and no file; any other month needs its delivery.
with

keeper_months as (
    select to_date(slices.slice_key, 'YYYY-MM') as month
    from staging.stg_platform__batch_slices as slices
    where
        slices.source_id = 'police_child_keepers'
        and not slices.is_superseded
),

years as (
    select split_part(slices.slice_key, '|', 1)::integer as year
    from staging.stg_platform__batch_slices as slices
    where
        slices.source_id = 'police_traffic_accidents'
        and split_part(slices.slice_key, '|', 2) = 'police_events'
        and not slices.is_superseded
),

bounds as (
    select
        min(month) as first_month,
        max(month) as last_month
    from keeper_months
    where month between %(study_from)s and %(study_to)s
),

months as (
    select calendar.month::date as month
    from bounds
    cross join generate_series(
        bounds.first_month, bounds.last_month, interval '1 month'
    ) as calendar (month)
    where
        (
            extract(month from calendar.month) in (1, 2)
            or calendar.month::date in (select keeper_months.month from keeper_months)
        )
        and extract(year from calendar.month)::integer in (select years.year from years)
),

schools as (
    select
        district_code,
        count(*) as school_count
    from marts.fct_schools
    where school_level = '초등학교'
    group by district_code
),

hours as (
    select
        district_code,
        month,
        sum(active_hours) as active_hours
    from marts.fct_child_keeper_school_months
    group by district_code, month
),

accidents as (
    select
        district_code,
        date_trunc('month', accident_date)::date as month,
        count(*) as event_count
    from marts.fct_traffic_accidents
    where
        is_child_victim
        and is_in_child_zone
        and accident_date is not null
    group by district_code, date_trunc('month', accident_date)
)

select
    schools.district_code as unit,
    months.month as period_start,
    (months.month + interval '1 month' - interval '1 day')::date as period_end,
    coalesce(accidents.event_count, 0) as event_count,
    null::numeric as exposure,
    coalesce(hours.active_hours, 0) / schools.school_count / 10 as dose
from months
cross join schools
left join hours
    on
        schools.district_code = hours.district_code
        and months.month = hours.month
left join accidents
    on
        schools.district_code = accidents.district_code
        and months.month = accidents.month
order by unit, months.month
