with cases as (
    select * from {{ ref('fct_relational_cases') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
),

{{ delivered_quarters('police_relational_cases') }},

places as (
    {{ places_in_time(['district', 'station', 'city']) }}
),

-- A station is in the grid of the periods in which it existed.
grid as (
    select
        places.place_type,
        places.place_code,
        dim_period.period_start,
        dim_period.period_end,
        bounds.newest_date,
        bounds.is_synthetic
    from bounds
    inner join dim_period
        on
            dim_period.period_type = 'quarter'
            and dim_period.period_start between bounds.first_quarter and bounds.last_quarter
    inner join places
        on
            coalesce(places.valid_from, '-infinity'::date) <= dim_period.period_end
            and coalesce(places.valid_to, 'infinity'::date) >= dim_period.period_start
),

counted as (
    select
        case
            when grouping(district_code) = 0 then 'district'
            when grouping(station_code) = 0 then 'station'
            else 'city'
        end as place_type,
        coalesce(district_code, station_code, '26') as place_code,
        date_trunc('quarter', month)::date as quarter_start,
        count(*) filter (where kind = '스토킹' and is_accepted) as stalking_accepted_count,
        count(*) filter (
            where kind = '스토킹' and is_accepted and measure in ('긴급응급조치', '잠정조치')
        ) as stalking_protected_count,
        count(is_joint_response) filter (where kind = '아동학대') as child_abuse_recorded_count,
        count(*) filter (
            where kind = '아동학대' and is_joint_response
        ) as child_abuse_joint_count
    from cases
    group by
        date_trunc('quarter', month),
        grouping sets ((district_code), (station_code), ())
),

final as (
    select
        grid.place_type,
        grid.place_code,
        'quarter' as period_type,
        case
            when delivered.quarter_start is not null
                then coalesce(counted.stalking_accepted_count, 0)
        end as stalking_accepted_count,
        case
            when delivered.quarter_start is not null
                then coalesce(counted.stalking_protected_count, 0)
        end as stalking_protected_count,
        case
            when delivered.quarter_start is not null
                then coalesce(counted.child_abuse_recorded_count, 0)
        end as child_abuse_recorded_count,
        case
            when delivered.quarter_start is not null
                then coalesce(counted.child_abuse_joint_count, 0)
        end as child_abuse_joint_count,
        coalesce(delivered.month_count, 0) as delivered_month_count,
        delivered.quarter_start is not null as is_reported,
        coalesce(delivered.month_count, 0) < 3 as is_partial_period,
        grid.is_synthetic,
        grid.period_start,
        grid.period_end,
        coalesce(delivered.newest_date, grid.newest_date) as data_as_of
    from grid
    left join delivered_quarters as delivered
        on grid.period_start = delivered.quarter_start
    left join counted
        on
            grid.place_type = counted.place_type
            and grid.place_code = counted.place_code
            and grid.period_start = counted.quarter_start
)

select * from final
