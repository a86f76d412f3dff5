with sessions as (
    select * from {{ source('raw', 'current_education_prevention_sessions') }}
),

final as (
    select
        session_id,
        school_id,
        district_code,
        school_name,
        school_level,
        topic,
        method,
        instructor_kind,
        duration_minutes,
        pupil_count,
        teacher_count,
        parent_count,
        is_joint_with_police,
        held_on,
        _batch_id as batch_id,
        _line as line
    from sessions
)

select * from final
