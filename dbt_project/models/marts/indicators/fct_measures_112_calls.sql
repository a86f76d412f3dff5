with calls as (
    select * from {{ ref('fct_112_calls_daily') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

population as (
    select * from {{ ref('int_population__averaged') }}
    where period_type = 'month'
),

-- The police deliver whole days of the whole city: a day with any call is a delivered day.
delivered_months as (
    select
        month,
        count(distinct call_date) as delivered_day_count,
        max(call_date) as newest_date
    from calls
    group by month
),

delivered_range as (
    select
        min(month) as first_month,
        max(month) as last_month,
        max(newest_date) as newest_date
    from delivered_months
),

district_months as (
    select
        district_code,
        month,
        sum(call_count)::bigint as call_count,
        sum(dispatched_count)::bigint as dispatched_count,
        sum(urgent_count)::bigint as urgent_count,
        sum(night_count)::bigint as night_count,
        sum(false_report_count)::bigint as false_report_count,
        sum(intoxicated_count)::bigint as intoxicated_count,
        sum(domestic_violence_count)::bigint as domestic_violence_count,
        sum(dating_violence_count)::bigint as dating_violence_count,
        sum(stalking_count)::bigint as stalking_count,
        sum(child_abuse_count)::bigint as child_abuse_count
    from calls
    group by district_code, month
),

-- In a delivered month no call means zero; in a month without delivery nothing is known.
delivered as (
    select
        dim_district.district_code,
        delivered_months.month,
        delivered_months.delivered_day_count,
        delivered_months.newest_date,
        coalesce(district_months.call_count, 0) as call_count,
        coalesce(district_months.dispatched_count, 0) as dispatched_count,
        coalesce(district_months.urgent_count, 0) as urgent_count,
        coalesce(district_months.night_count, 0) as night_count,
        coalesce(district_months.false_report_count, 0) as false_report_count,
        coalesce(district_months.intoxicated_count, 0) as intoxicated_count,
        coalesce(district_months.domestic_violence_count, 0) as domestic_violence_count,
        coalesce(district_months.dating_violence_count, 0) as dating_violence_count,
        coalesce(district_months.stalking_count, 0) as stalking_count,
        coalesce(district_months.child_abuse_count, 0) as child_abuse_count
    from delivered_months
    cross join dim_district
    left join district_months
        on
            delivered_months.month = district_months.month
            and dim_district.district_code = district_months.district_code
),

origin as (
    select coalesce(bool_or(is_synthetic), false) as is_synthetic from calls
),

grid as (
    select
        dim_district.district_code,
        dim_period.period_start,
        dim_period.period_end,
        dim_period.day_count,
        delivered_range.newest_date
    from delivered_range
    inner join dim_period
        on
            dim_period.period_type = 'month'
            and dim_period.period_start between delivered_range.first_month
            and delivered_range.last_month
    cross join dim_district
),

final as (
    select
        'district' as place_type,
        grid.district_code as place_code,
        'month' as period_type,
        delivered.call_count,
        delivered.dispatched_count,
        delivered.urgent_count,
        delivered.night_count,
        delivered.false_report_count,
        delivered.intoxicated_count,
        delivered.domestic_violence_count,
        delivered.dating_violence_count,
        delivered.stalking_count,
        delivered.child_abuse_count,
        population.mean_resident_count,
        coalesce(delivered.delivered_day_count, 0) as delivered_day_count,
        delivered.month is not null as is_reported,
        coalesce(delivered.delivered_day_count, 0) < grid.day_count as is_partial_period,
        coalesce(population.is_final, false) as is_population_final,
        origin.is_synthetic,
        grid.period_start,
        grid.period_end,
        coalesce(delivered.newest_date, grid.newest_date) as data_as_of
    from grid
    cross join origin
    left join delivered
        on
            grid.period_start = delivered.month
            and grid.district_code = delivered.district_code
    left join population
        on
            grid.period_start = population.period_start
            and grid.district_code = population.district_code
)

select * from final
