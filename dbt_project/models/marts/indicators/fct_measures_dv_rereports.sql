with cases as (
    select * from {{ ref('fct_relational_cases') }}
    where kind = '가정폭력'
),

{{ delivered_quarters('police_relational_cases') }},

grid as (
    {{ district_grid('quarter', 'bounds', first='first_quarter', last='last_quarter') }}
),

-- The household's first report of the quarter; the next one stands beside it.
first_reports as (
    select distinct on (household_id, date_trunc('quarter', reported_on))
        district_code,
        date_trunc('quarter', reported_on)::date as quarter_start,
        coalesce(next_reported_on - reported_on <= 90, false) as is_rereported
    from cases
    order by household_id, date_trunc('quarter', reported_on), reported_at, case_id
),

counted as (
    select
        district_code,
        quarter_start,
        count(*) as index_household_count,
        count(*) filter (where is_rereported) as rereported_household_count
    from first_reports
    group by district_code, quarter_start
),

-- 90 days after a quarter always end in the third month of the next one.
final as (
    select
        'district' as place_type,
        grid.district_code as place_code,
        'quarter' as period_type,
        case
            when delivered.quarter_start is not null
                then coalesce(counted.index_household_count, 0)
        end as index_household_count,
        case
            when delivered.quarter_start is not null
                then coalesce(counted.rereported_household_count, 0)
        end as rereported_household_count,
        delivered.quarter_start is not null as is_reported,
        coalesce(delivered.month_count, 0) < 3
        or coalesce(following.month_count, 0) < 3 as is_partial_period,
        bounds.is_synthetic,
        grid.period_start,
        grid.period_end,
        case
            when delivered.quarter_start is null then bounds.newest_date
            else
                least(
                    coalesce(following.newest_date, delivered.newest_date), grid.period_end + 90
                )
        end as data_as_of
    from grid
    cross join bounds
    left join delivered_quarters as delivered
        on grid.period_start = delivered.quarter_start
    left join delivered_quarters as following
        on grid.period_end + 1 = following.quarter_start
    left join counted
        on
            grid.district_code = counted.district_code
            and grid.period_start = counted.quarter_start
)

select * from final
