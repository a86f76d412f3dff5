with {{ victim_support_periods('희망드림') }},

counted as (
    select
        period_type,
        period_start,
        count(*) filter (where participation = '참여') as participation_count,
        count(*) filter (where participation = '참여' and is_completed) as completed_count,
        count(*) filter (
            where participation = '참여' and is_revictimised
        ) as rereported_participation_count,
        count(*) filter (where participation = '비참여') as non_participation_count,
        count(*) filter (
            where participation = '비참여' and is_revictimised
        ) as rereported_non_participation_count,
        count(satisfaction_level) filter (
            where participation = '참여' and person_role = '피해자'
        ) as victim_answer_count,
        count(*) filter (
            where participation = '참여' and person_role = '피해자' and satisfaction_level >= 4
        ) as victim_positive_count,
        count(satisfaction_level) filter (
            where participation = '참여' and person_role = '행위자'
        ) as perpetrator_answer_count,
        count(*) filter (
            where participation = '참여' and person_role = '행위자' and satisfaction_level >= 4
        ) as perpetrator_positive_count,
        bool_or(participation = '참여' and ended_on is null) as is_running,
        max(ended_on) as newest_end,
        max(ended_on) filter (where participation = '참여') as newest_participation_end
    from started
    group by period_type, period_start
),

final as (
    select
        'city' as place_type,
        '26' as place_code,
        grid.period_type,
        case when grid.is_reported then coalesce(counted.participation_count, 0) end
            as participation_count,
        case when grid.is_reported then coalesce(counted.completed_count, 0) end
            as completed_count,
        case when grid.is_reported then coalesce(counted.rereported_participation_count, 0) end
            as rereported_participation_count,
        case when grid.is_reported then coalesce(counted.non_participation_count, 0) end
            as non_participation_count,
        case when grid.is_reported then coalesce(counted.rereported_non_participation_count, 0) end
            as rereported_non_participation_count,
        case when grid.is_reported then coalesce(counted.victim_answer_count, 0) end
            as victim_answer_count,
        case when grid.is_reported then coalesce(counted.victim_positive_count, 0) end
            as victim_positive_count,
        case when grid.is_reported then coalesce(counted.perpetrator_answer_count, 0) end
            as perpetrator_answer_count,
        case when grid.is_reported then coalesce(counted.perpetrator_positive_count, 0) end
            as perpetrator_positive_count,
        grid.is_reported,
        grid.is_unfinished
        or coalesce(
            counted.is_running or counted.newest_participation_end > grid.known_through, false
        ) as is_partial_period,
        grid.is_unfinished
        or coalesce(counted.is_running, false)
        or grid.known_through
        < greatest(counted.newest_end, grid.period_end) + interval '12 months'
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
