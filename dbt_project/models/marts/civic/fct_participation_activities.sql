with activities as (
    select * from {{ ref('stg_city__participation_activities') }}
),

bodies as (
    select * from {{ ref('participation_bodies') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        activities.activity_number,
        bodies.programme_id,
        activities.body,
        activities.kind as activity_kind,
        activities.topic,
        activities.status as activity_status,
        activities.activity_year,
        activities.attendance_count,
        activities.item_count,
        activities.adopted_count,
        activities.completed_count,
        activities.panel_score,
        activities.completed_on <= activities.due_on as is_completed_in_time,
        batches.is_synthetic,
        activities.held_on,
        activities.due_on,
        activities.completed_on,
        activities.reference_date,
        activities.batch_id
    from activities
    inner join batches
        on activities.batch_id = batches.batch_id
    left join bodies
        on activities.body = bodies.body
)

select * from final
