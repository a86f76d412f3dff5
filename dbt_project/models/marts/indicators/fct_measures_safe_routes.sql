with routes as (
    select * from {{ ref('fct_safe_routes') }}
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type = 'quarter'
),

registers as (
    select
        district_code,
        max(reference_date) as reference_date
    from routes
    group by district_code
),

-- From the quarter of the first works (before it the rate is zero everywhere) to the newest
-- register. Earlier quarters are told from the dates in the latest register.
delivered_range as (
    select
        date_trunc(
            'quarter', coalesce(min(works_completed_on), max(reference_date))
        )::date as first_quarter,
        date_trunc('quarter', max(reference_date))::date as last_quarter,
        max(reference_date) as newest_date,
        bool_or(is_synthetic) as is_synthetic
    from routes
),

grid as (
    select
        dim_district.district_code,
        registers.reference_date,
        dim_period.period_start,
        dim_period.period_end,
        delivered_range.newest_date,
        delivered_range.is_synthetic,
        coalesce(registers.reference_date >= dim_period.period_start, false) as is_reported
    from delivered_range
    inner join dim_period
        on
            dim_period.period_start between delivered_range.first_quarter
            and delivered_range.last_quarter
    cross join dim_district
    left join registers
        on dim_district.district_code = registers.district_code
),

counted as (
    select
        grid.district_code,
        grid.period_start,
        count(*) as designated_route_count,
        count(*) filter (
            where routes.works_completed_on <= grid.period_end
        ) as improved_route_count
    from grid
    inner join routes
        on
            grid.district_code = routes.district_code
            and grid.period_end >= routes.designated_on
    group by grid.district_code, grid.period_start
),

final as (
    select
        'district' as place_type,
        grid.district_code as place_code,
        'quarter' as period_type,
        case
            when grid.is_reported then coalesce(counted.designated_route_count, 0)
        end as designated_route_count,
        case
            when grid.is_reported then coalesce(counted.improved_route_count, 0)
        end as improved_route_count,
        grid.is_reported,
        coalesce(grid.reference_date < grid.period_end, true) as is_partial_period,
        grid.is_synthetic,
        grid.period_start,
        grid.period_end,
        -- least() skips an empty date: a district without a register has none of its own.
        case
            when grid.reference_date is null then grid.newest_date
            else least(grid.reference_date, grid.period_end)
        end as data_as_of
    from grid
    left join counted
        on
            grid.district_code = counted.district_code
            and grid.period_start = counted.period_start
)

select * from final
