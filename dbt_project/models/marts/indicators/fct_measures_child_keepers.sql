with keepers as (
    select * from {{ ref('fct_child_keeper_months') }}
    where
        school_level = '초등학교'
        and active_day_count > 0
),

schools as (
    select * from {{ ref('fct_schools') }}
),

{{ delivered_quarters('police_child_keepers', months='extract(month from month) >= 3') }},

grid as (
    {{ district_grid('quarter', 'bounds', first='first_quarter', last='last_quarter') }}
),

covered as (
    select
        district_code,
        date_trunc('quarter', month)::date as quarter_start,
        count(distinct school_id) as school_count
    from keepers
    group by district_code, date_trunc('quarter', month)
),

primary_schools as (
    select
        district_code,
        count(*) as school_count
    from schools
    where school_level = '초등학교'
    group by district_code
),

final as (
    select
        'district' as place_type,
        grid.district_code as place_code,
        'quarter' as period_type,
        case
            when delivered.quarter_start is not null then coalesce(covered.school_count, 0)
        end as covered_school_count,
        case
            when (select count(*) from schools) > 0 then coalesce(primary_schools.school_count, 0)
        end as primary_school_count,
        delivered.quarter_start is not null as is_reported,
        coalesce(delivered.month_count, 0)
        < case when extract(quarter from grid.period_start) = 1 then 1 else 3 end
            as is_partial_period,
        bounds.is_synthetic,
        grid.period_start,
        grid.period_end,
        coalesce(delivered.newest_date, bounds.newest_date) as data_as_of
    from grid
    cross join bounds
    left join delivered_quarters as delivered
        on grid.period_start = delivered.quarter_start
    left join covered
        on
            grid.district_code = covered.district_code
            and grid.period_start = covered.quarter_start
    left join primary_schools
        on grid.district_code = primary_schools.district_code
)

select * from final
