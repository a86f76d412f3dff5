with keepers as (
    select * from {{ ref('fct_child_keeper_months') }}
    where active_day_count > 0
),

slices as (
    {{ current_slices('police_child_keepers') }}
),

delivered as (
    select
        (slice_key || '-01')::date as period_start,
        is_synthetic
    from slices
),

bounds as (
    select
        min(period_start) as first_period,
        max(period_start) as last_period,
        bool_or(is_synthetic) as is_synthetic,
        (max(period_start) + interval '1 month - 1 day')::date as newest_date
    from delivered
    having count(*) > 0
),

grid as (
    {{ district_grid('month', 'bounds') }}
),

counted as (
    select
        district_code,
        month,
        count(*) as keeper_count,
        trim_scale(sum(active_hours)) as active_hours,
        sum(action_count) as action_count
    from keepers
    group by district_code, month
),

final as (
    select
        grid.district_code,
        case
            when delivered.period_start is not null then coalesce(counted.keeper_count, 0)
        end as keeper_count,
        case
            when delivered.period_start is not null then coalesce(counted.active_hours, 0)
        end as active_hours,
        case
            when delivered.period_start is not null then coalesce(counted.action_count, 0)
        end as action_count,
        delivered.period_start is not null as is_reported,
        bounds.is_synthetic,
        grid.period_start as month,
        case
            when delivered.period_start is not null then grid.period_end else bounds.newest_date
        end as data_as_of
    from grid
    cross join bounds
    left join delivered
        on grid.period_start = delivered.period_start
    left join counted
        on
            grid.district_code = counted.district_code
            and grid.period_start = counted.month
    -- Keepers serve from March to December.
    where extract(month from grid.period_start) >= 3
)

select * from final
