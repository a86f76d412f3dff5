with patrols as (
    select * from {{ source('raw', 'current_police_patrols') }}
),

final as (
    select
        log_id,
        team_id,
        team_name,
        district_code,
        dong_code,
        case kind when '반려견순찰' then 'dog' else 'volunteer' end as patrol_kind,
        patrol_minutes,
        participant_count,
        report_112_count,
        report_120_count,
        patrolled_on,
        started_time,
        ended_time,
        _batch_id as batch_id,
        _line as line
    from patrols
)

select * from final
