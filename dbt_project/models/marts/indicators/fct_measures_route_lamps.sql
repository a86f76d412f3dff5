with routes as (
    select * from {{ ref('stg_districts__safe_routes') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

inspections as (
    select
        routes.district_code,
        date_trunc('quarter', routes.lamps_inspected_on)::date as quarter_start,
        routes.lamp_inspected_count,
        routes.lamp_passed_count,
        routes.reference_date,
        batches.is_synthetic
    from routes
    inner join batches
        on routes.batch_id = batches.batch_id
    where
        routes.lamps_inspected_on is not null
        and routes.lamp_inspected_count is not null
        and routes.lamp_passed_count is not null
),

-- A register without any inspection is one from before they were asked for: it tells nothing.
registers as (
    select
        district_code,
        max(reference_date) as reference_date
    from inspections
    group by district_code
),

bounds as (
    select
        min(quarter_start) as first_period,
        date_trunc('quarter', max(reference_date))::date as last_period,
        max(reference_date) as newest_date,
        bool_or(is_synthetic) as is_synthetic
    from inspections
),

grid as (
    {{ district_grid('quarter', 'bounds') }}
),

counted as (
    select
        district_code,
        quarter_start,
        sum(lamp_inspected_count) as inspected_lamp_count,
        sum(lamp_passed_count) as passed_lamp_count
    from inspections
    group by district_code, quarter_start
),

placed as (
    select
        grid.*,
        registers.reference_date,
        bounds.newest_date,
        bounds.is_synthetic,
        coalesce(registers.reference_date >= grid.period_start, false) as is_reported
    from grid
    cross join bounds
    left join registers
        on grid.district_code = registers.district_code
),

final as (
    select
        'district' as place_type,
        placed.district_code as place_code,
        'quarter' as period_type,
        case
            when placed.is_reported then coalesce(counted.inspected_lamp_count, 0)
        end as inspected_lamp_count,
        case
            when placed.is_reported then coalesce(counted.passed_lamp_count, 0)
        end as passed_lamp_count,
        placed.is_reported,
        coalesce(placed.reference_date < placed.period_end, true) as is_partial_period,
        placed.is_synthetic,
        placed.period_start,
        placed.period_end,
        -- least() skips an empty date: a district without a register has none of its own.
        case
            when placed.reference_date is null then placed.newest_date
            else least(placed.reference_date, placed.period_end)
        end as data_as_of
    from placed
    left join counted
        on
            placed.district_code = counted.district_code
            and placed.period_start = counted.quarter_start
)

select * from final
