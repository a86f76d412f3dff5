-- One row per district, station, month, kind and outcome with any report of a relational crime.
-- `rereported`: up to 90 days after the household's last report of the same kind, as far as these
-- 90 days were delivered (followed_month); quarters and years are empty unless each month counts.
with

cases as (
    select
        district_code,
        station_code,
        kind,
        month,
        is_accepted,
        has_measure,
        coalesce(
            reported_on - lag(reported_on) over (
                partition by household_id, kind
                order by reported_at, case_id
            ) <= 90,
            false
        ) as is_rereport
    from marts_restricted.fct_relational_cases
),

months as (
    select distinct month from cases
),

followed as (
    select
        months.month,
        count(earlier.month)
        = 1 + extract(month from age(months.month, date_trunc('month', months.month - 90)))
            as is_followed
    from months
    inner join months as earlier
        on
            months.month >= earlier.month
            and earlier.month >= date_trunc('month', months.month - 90)
    group by months.month
),

delivered as (
    select
        month,
        date_trunc('quarter', month)::date as quarter,
        date_trunc('year', month)::date as year,
        is_followed,
        count(*) over quarters = 3 as has_quarter,
        count(*) over years = 12 as has_year,
        count(*) filter (where is_followed) over quarters = 3 as has_followed_quarter,
        count(*) filter (where is_followed) over years = 12 as has_followed_year
    from followed
    window
        quarters as (partition by date_trunc('quarter', month)),
        years as (partition by date_trunc('year', month))
)

select
    cases.district_code,
    cases.station_code,
    cases.month,
    case when delivered.has_quarter then delivered.quarter end as quarter,
    case when delivered.has_year then delivered.year end as year,
    case when delivered.is_followed then cases.month end as followed_month,
    case when delivered.has_followed_quarter then delivered.quarter end as followed_quarter,
    case when delivered.has_followed_year then delivered.year end as followed_year,
    case cases.kind
        when '가정폭력' then 'domestic_violence'
        when '교제폭력' then 'dating_violence'
        when '스토킹' then 'stalking'
        when '아동학대' then 'child_abuse'
        when '노인학대' then 'elder_abuse'
    end as kind,
    case when cases.is_accepted then 'accepted' end as accepted,
    case when cases.has_measure then 'protected' end as protected,
    case when cases.is_rereport then 'rereported' end as rereported,
    count(*) as event_count
from cases
inner join delivered
    on cases.month = delivered.month
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
