-- One row per district, station, month, group of crime and measure with any event. A clearance
-- counts in the month of its own day. Quarters and years are empty unless each of their months was
-- delivered: their totals are not published.
with

incidents as (
    select
        district_code,
        station_code,
        month,
        date_trunc('month', cleared_on)::date as cleared_month,
        crime_group,
        case when crime_group is null then crime_class_code end as crime_class,
        case when is_five_major then 'five_major' end as five_major
    from marts.fct_crime_incidents
),

delivered as (
    select
        month,
        count(*) over (partition by date_trunc('quarter', month)) = 3 as has_quarter,
        count(*) over (partition by date_trunc('year', month)) = 12 as has_year
    from incidents
    group by month
),

events as (
    select
        'recorded' as measure,
        incidents.*
    from incidents
    union all
    select
        'cleared' as measure,
        district_code,
        station_code,
        cleared_month as month,
        cleared_month,
        crime_group,
        crime_class,
        five_major
    from incidents
    where cleared_month is not null
)

select
    events.measure,
    events.district_code,
    events.station_code,
    events.month,
    case when delivered.has_quarter then date_trunc('quarter', events.month)::date end as quarter,
    case when delivered.has_year then date_trunc('year', events.month)::date end as year,
    events.five_major,
    events.crime_group,
    events.crime_class,
    count(*) as event_count
from events
inner join delivered
    on events.month = delivered.month
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
