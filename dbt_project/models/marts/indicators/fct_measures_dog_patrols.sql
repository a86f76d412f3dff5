-- Teams are counted here, from staging: the marts do not tell which team walked.
with patrols as (
    select * from {{ ref('stg_police__patrols') }}
    where patrol_kind = 'dog'
),

slices as (
    select * from {{ ref('stg_platform__batch_slices') }}
    where source_id = 'police_patrols' and not is_superseded
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
    where source_id = 'police_patrols'
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
),

delivered_months as (
    select distinct to_date(slice_key, 'YYYY-MM') as period_start
    from slices
),

delivered_range as (
    select
        min(period_start) as first_period,
        max(period_start) as last_period
    from delivered_months
),

origin as (
    select coalesce(bool_or(is_synthetic), false) as is_synthetic from batches
),

grid as (
    {{ district_grid('month', 'delivered_range') }}
),

district_months as (
    select
        district_code,
        date_trunc('month', patrolled_on)::date as period_start,
        count(*) as patrol_count,
        count(distinct team_id) as team_count,
        sum(report_112_count + report_120_count) as report_count,
        sum(patrol_minutes) as patrol_minutes
    from patrols
    group by district_code, date_trunc('month', patrolled_on)
),

final as (
    select
        'district' as place_type,
        grid.district_code as place_code,
        'month' as period_type,
        case
            when delivered_months.period_start is not null
                then coalesce(district_months.patrol_count, 0)
        end as patrol_count,
        case
            when delivered_months.period_start is not null
                then coalesce(district_months.team_count, 0)
        end as team_count,
        case
            when delivered_months.period_start is not null
                then coalesce(district_months.report_count, 0)
        end as report_count,
        case
            when delivered_months.period_start is not null
                then coalesce(district_months.patrol_minutes, 0)
        end as patrol_minutes,
        delivered_months.period_start is not null as is_reported,
        false as is_partial_period,
        origin.is_synthetic,
        grid.period_start,
        grid.period_end,
        case
            when delivered_months.period_start is not null then grid.period_end
            else (delivered_range.last_period + interval '1 month - 1 day')::date
        end as data_as_of
    from grid
    cross join delivered_range
    cross join origin
    left join delivered_months
        on grid.period_start = delivered_months.period_start
    left join district_months
        on
            grid.district_code = district_months.district_code
            and grid.period_start = district_months.period_start
)

select * from final
