with patrols as (
    select * from {{ ref('fct_volunteer_patrols') }}
),

slices as (
    select * from {{ ref('stg_platform__batch_slices') }}
    where source_id = 'district_volunteer_patrols' and not is_superseded
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
),

population as (
    select * from {{ ref('int_population__averaged') }}
    where period_type = 'month'
),

delivered_logs as (
    select distinct
        split_part(slice_key, '|', 2) as district_code,
        make_date(split_part(slice_key, '|', 1)::integer, 1, 1) as year_start
    from slices
),

logged as (
    select
        district_code,
        date_trunc('year', patrolled_on)::date as year_start,
        max(patrolled_on) as newest_date,
        bool_and(is_joint is not null) as says_joint
    from patrols
    group by district_code, date_trunc('year', patrolled_on)
),

-- The log of a year grows: it tells of the days up to its newest patrol, and of the whole year
-- once the next year's log has come.
logs as (
    select
        delivered_logs.district_code,
        delivered_logs.year_start,
        coalesce(logged.says_joint, true) as says_joint,
        case
            when
                max(delivered_logs.year_start) over (
                    partition by delivered_logs.district_code
                ) > delivered_logs.year_start
                then (delivered_logs.year_start + interval '1 year - 1 day')::date
            else logged.newest_date
        end as told_until
    from delivered_logs
    left join logged
        on
            delivered_logs.district_code = logged.district_code
            and delivered_logs.year_start = logged.year_start
),

delivered_range as (
    select
        min(year_start) as first_period,
        max(told_until) as last_period
    from logs
),

origin as (
    select coalesce(bool_or(is_synthetic), false) as is_synthetic from patrols
),

grid as (
    {{ district_grid('month', 'delivered_range') }}
),

district_months as (
    select
        district_code,
        date_trunc('month', patrolled_on)::date as period_start,
        count(*) filter (where is_joint) as joint_patrol_count,
        coalesce(sum(patrol_minutes) filter (where is_joint), 0) as joint_patrol_minutes
    from patrols
    group by district_code, date_trunc('month', patrolled_on)
),

assessed as (
    select
        grid.*,
        logs.told_until,
        coalesce(logs.says_joint and logs.told_until >= grid.period_start, false) as is_reported
    from grid
    left join logs
        on
            grid.district_code = logs.district_code
            and date_trunc('year', grid.period_start)::date = logs.year_start
),

final as (
    select
        'district' as place_type,
        assessed.district_code as place_code,
        'month' as period_type,
        case
            when assessed.is_reported then coalesce(district_months.joint_patrol_count, 0)
        end as joint_patrol_count,
        case
            when assessed.is_reported then coalesce(district_months.joint_patrol_minutes, 0)
        end as joint_patrol_minutes,
        population.mean_resident_count,
        assessed.is_reported,
        coalesce(assessed.told_until < assessed.period_end, true) as is_partial_period,
        coalesce(population.is_final, false) as is_population_final,
        origin.is_synthetic,
        assessed.period_start,
        assessed.period_end,
        case
            when assessed.told_until is null then delivered_range.last_period
            else least(assessed.told_until, assessed.period_end)
        end as data_as_of
    from assessed
    cross join delivered_range
    cross join origin
    left join district_months
        on
            assessed.district_code = district_months.district_code
            and assessed.period_start = district_months.period_start
    left join population
        on
            assessed.district_code = population.district_code
            and assessed.period_start = population.period_start
)

select * from final
