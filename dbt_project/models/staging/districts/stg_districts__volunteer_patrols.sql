with patrols as (
    select * from {{ source('raw', 'current_district_volunteer_patrols') }}
),

final as (
    select
        district_code,
        team_name,
        dong_name,
        joint_with,
        member_count,
        -- Hours from minutes, or from start and end: an end before the start is of the next day.
        coalesce(
            patrol_minutes,
            60 * patrol_hours,
            nullif(
                extract(epoch from ended_at - started_at) / 60
                + case when ended_at < started_at then 1440 else 0 end,
                0
            )
        )::numeric(7, 1) as patrol_minutes,
        report_112_count,
        report_120_count,
        case
            when is_joint in ('Y', 'O') then true
            when is_joint in ('N', 'X') then false
            when joint_with is not null then true
        end as is_joint_stated,
        coalesce('total' = any(_flags), false) as is_total,
        coalesce('duplicate' = any(_flags), false) as is_repeated,
        patrolled_on,
        started_at,
        ended_at,
        _batch_id as batch_id,
        _line as line
    from patrols
)

select * from final
