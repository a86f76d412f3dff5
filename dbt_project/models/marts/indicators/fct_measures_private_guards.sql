with {{ victim_support_periods('민간경호') }},

counted as (
    select
        period_type,
        period_start,
        sum(guard_day_count) as guard_day_count,
        count(distinct person_id) as guarded_person_count,
        count(distinct person_id) filter (where is_revictimised) as revictimised_person_count,
        bool_or(ended_on is null) as is_running,
        max(ended_on) as newest_end
    from started
    group by period_type, period_start
),

final as (
    select
        'city' as place_type,
        '26' as place_code,
        grid.period_type,
        case when grid.is_reported then coalesce(counted.guard_day_count, 0) end
            as guard_day_count,
        case when grid.is_reported then coalesce(counted.guarded_person_count, 0) end
            as guarded_person_count,
        case when grid.is_reported then coalesce(counted.revictimised_person_count, 0) end
            as revictimised_person_count,
        grid.is_reported,
        grid.is_unfinished
        or coalesce(counted.is_running or counted.newest_end > grid.known_through, false)
            as is_partial_period,
        grid.is_unfinished
        or coalesce(counted.is_running, false)
        or grid.known_through < greatest(counted.newest_end, grid.period_end) + 30
            as is_follow_up_partial,
        grid.is_synthetic,
        grid.period_start,
        grid.period_end,
        grid.data_as_of
    from grid
    left join counted
        on
            grid.period_type = counted.period_type
            and grid.period_start = counted.period_start
)

select * from final
