with supports as (
    select * from {{ source('raw', 'current_city_victim_support') }}
),

final as (
    select
        case_number,
        person_id,
        support_year,
        support_kind,
        participation,
        person_role,
        sex,
        birth_year,
        district_code,
        guard_count,
        planned_session_count,
        attended_session_count,
        earlier_report_count,
        satisfaction_level,
        is_completed,
        is_revictimised,
        meeting_on,
        started_on,
        ended_on,
        rereported_on,
        _batch_id as batch_id,
        _line as line
    from supports
)

select * from final
