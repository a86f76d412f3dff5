with medians as (
    select * from {{ ref('fct_112_response_monthly') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
),

delivered as (
    select
        month,
        count(distinct call_date) as delivered_day_count,
        max(call_date) as newest_date,
        bool_or(is_synthetic) as is_synthetic
    from {{ ref('fct_112_calls_daily') }}
    group by month
),

delivered_range as (
    select
        min(month) as first_month,
        max(month) as last_month,
        max(newest_date) as newest_date,
        bool_or(is_synthetic) as is_synthetic
    from delivered
),

places as (
    {{ places_in_time(['station', 'city']) }}
),

-- A station is in the grid of the periods in which it existed.
grid as (
    select
        places.place_type,
        places.place_code,
        dim_period.period_start,
        dim_period.period_end,
        dim_period.day_count,
        delivered_range.newest_date,
        delivered_range.is_synthetic
    from delivered_range
    inner join dim_period
        on
            dim_period.period_type = 'month'
            and dim_period.period_start between delivered_range.first_month
            and delivered_range.last_month
    inner join places
        on
            coalesce(places.valid_from, '-infinity'::date) <= dim_period.period_end
            and coalesce(places.valid_to, 'infinity'::date) >= dim_period.period_start
),

final as (
    select
        grid.place_type,
        grid.place_code,
        'month' as period_type,
        case
            when delivered.month is not null then coalesce(medians.arrival_count, 0)
        end as arrival_count,
        medians.median_response_minutes,
        delivered.month is not null as is_reported,
        coalesce(delivered.delivered_day_count, 0) < grid.day_count as is_partial_period,
        grid.is_synthetic,
        grid.period_start,
        grid.period_end,
        coalesce(delivered.newest_date, grid.newest_date) as data_as_of
    from grid
    left join delivered
        on grid.period_start = delivered.month
    left join medians
        on
            grid.place_code = medians.place_code
            and grid.period_start = medians.month
)

select * from final
