with sessions as (
    select * from {{ ref('stg_education__prevention_sessions') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        sessions.session_id,
        sessions.school_id,
        sessions.district_code,
        sessions.school_level,
        sessions.topic,
        sessions.method,
        sessions.instructor_kind,
        sessions.duration_minutes,
        sessions.pupil_count,
        sessions.teacher_count,
        sessions.parent_count,
        sessions.is_joint_with_police,
        batches.is_synthetic,
        sessions.held_on,
        date_trunc('month', sessions.held_on)::date as month,
        sessions.batch_id
    from sessions
    inner join batches
        on sessions.batch_id = batches.batch_id
)

select * from final
