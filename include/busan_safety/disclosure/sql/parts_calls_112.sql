-- One row per district, station, month, code and event class with any 112 call. Quarters and years
-- are empty unless calls were delivered in each of their months: their totals are not published.
with

delivered as (
    select
        month,
        count(*) over (partition by date_trunc('quarter', month)) = 3 as has_quarter,
        count(*) over (partition by date_trunc('year', month)) = 12 as has_year
    from marts.fct_112_calls_daily
    group by month
),

months as (
    select
        district_code,
        station_code,
        month,
        priority_code,
        event_class_code,
        count(*) as event_count
    from marts.fct_112_calls
    group by district_code, station_code, month, priority_code, event_class_code
)

select
    months.district_code,
    months.station_code,
    months.month,
    case when delivered.has_quarter then date_trunc('quarter', months.month)::date end as quarter,
    case when delivered.has_year then date_trunc('year', months.month)::date end as year,
    months.priority_code,
    classes.event_group,
    months.event_class_code::text as event_class,
    months.event_count
from months
inner join delivered
    on months.month = delivered.month
left join marts.dim_event_class_112 as classes
    on months.event_class_code = classes.event_class_code
