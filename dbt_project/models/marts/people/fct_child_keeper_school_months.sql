with months as (
    select * from {{ ref('fct_child_keeper_months') }}
),

final as (
    select
        coalesce(school_id, '미상') as school_id,
        station_code,
        max(district_code) as district_code,
        max(school_level) as school_level,
        count(*) as keeper_count,
        sum(active_day_count) as active_day_count,
        sum(active_hours) as active_hours,
        sum(action_count) as action_count,
        bool_or(is_synthetic) as is_synthetic,
        month
    from months
    group by month, coalesce(school_id, '미상'), station_code
)

select * from final
