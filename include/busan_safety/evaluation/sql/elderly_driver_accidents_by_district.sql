-- One row per district and half-year delivered by both sources: accidents by drivers aged 65 or
-- over, all accidents (exposure), and licences returned from the first delivered year up to the day
-- before, for each 100 holders aged 65 or over.
with

accident_years as (
    select split_part(slices.slice_key, '|', 1)::integer as year
    from staging.stg_platform__batch_slices as slices
    where
        slices.source_id = 'police_traffic_accidents'
        and split_part(slices.slice_key, '|', 2) = 'police_events'
        and not slices.is_superseded
),

return_years as (
    select slices.slice_key::integer as year
    from staging.stg_platform__batch_slices as slices
    where
        slices.source_id = 'city_traffic_culture'
        and not slices.is_superseded
),

halves as (
    select
        make_date(accident_years.year, parts.first_month, 1) as first_on,
        (make_date(accident_years.year, parts.first_month, 1) + interval '6 months - 1 day')::date
            as last_on
    from accident_years
    inner join return_years
        on accident_years.year = return_years.year
    cross join (values (1), (7)) as parts (first_month)
    where
        make_date(accident_years.year, 1, 1) >= %(study_from)s
        and make_date(accident_years.year, 12, 31) <= %(study_to)s
),

accidents as (
    select
        district_code,
        accident_date,
        is_elderly_offender
    from marts.fct_traffic_accidents
    where
        accident_date is not null
        and is_elderly_offender is not null
),

monthly_returns as (
    select
        district_code,
        month,
        sum(return_count) as return_count,
        sum(holder_count) as holder_count
    from marts.fct_licence_returns
    group by district_code, month
),

holders as (
    select
        district_code,
        avg(holder_count) as holder_count
    from monthly_returns
    where month between %(study_from)s and %(study_to)s
    group by district_code
)

select
    holders.district_code as unit,
    halves.first_on as period_start,
    halves.last_on as period_end,
    (
        select count(*) filter (where accidents.is_elderly_offender)
        from accidents
        where
            accidents.district_code = holders.district_code
            and accidents.accident_date between halves.first_on and halves.last_on
    ) as event_count,
    (
        select count(*)
        from accidents
        where
            accidents.district_code = holders.district_code
            and accidents.accident_date between halves.first_on and halves.last_on
    ) as exposure,
    coalesce(
        (
            select sum(monthly_returns.return_count)
            from monthly_returns
            where
                monthly_returns.district_code = holders.district_code
                and monthly_returns.month >= %(study_from)s
                and monthly_returns.month < halves.first_on
        ),
        0
    ) / holders.holder_count * 100 as dose
from halves
cross join holders
order by unit, halves.first_on
