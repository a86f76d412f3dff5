-- One row per station and quarter that was followed for 90 days to its last report: relational
-- reports (exposure), those after which the household was reported again within 90 days, and the day
-- the station was handed its vehicle for the officers in charge of abuse.
with

months as (
    select to_date(slices.slice_key, 'YYYY-MM') as month
    from staging.stg_platform__batch_slices as slices
    where
        slices.source_id = 'police_relational_cases'
        and not slices.is_superseded
),

quarters as (
    select date_trunc('quarter', month)::date as quarter
    from months
    where month between %(study_from)s and %(study_to)s
    group by date_trunc('quarter', month)
    having
        count(*) = 3
        and (select max(months.month) from months)
        >= date_trunc('quarter', min(month)) + interval '5 months'
),

reports as (
    select
        station_code,
        date_trunc('quarter', reported_on)::date as quarter,
        count(*) as report_count,
        count(*) filter (where next_reported_on <= reported_on + 90) as repeated_count
    from marts_restricted.fct_relational_cases
    group by station_code, date_trunc('quarter', reported_on)
),

vehicles as (
    select
        station_code,
        min(vehicle_handed_over_on) as started_on
    from marts.fct_apo_workloads
    group by station_code
)

select
    reports.station_code as unit,
    quarters.quarter,
    reports.repeated_count as event_count,
    reports.report_count as exposure,
    vehicles.started_on
from quarters
inner join reports
    on quarters.quarter = reports.quarter
left join vehicles
    on reports.station_code = vehicles.station_code
where reports.station_code is not null
order by unit, quarters.quarter
