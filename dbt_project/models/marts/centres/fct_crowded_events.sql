with facts as (
    select * from {{ ref('stg_city__crowded_events') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        facts.event_id,
        facts.event_name,
        facts.place_name,
        facts.district_code,
        facts.crowd_level,
        facts.expected_attendance_count,
        facts.attendance_count,
        facts.police_count,
        facts.safety_staff_count,
        facts.incident_count,
        coalesce(facts.ended_on, facts.started_on)
        <= coalesce(facts.reference_date, batches.reference_date) as is_over,
        batches.is_synthetic,
        facts.started_on,
        coalesce(facts.ended_on, facts.started_on) as ended_on,
        coalesce(facts.reference_date, batches.reference_date) as reference_date,
        facts.batch_id
    from facts
    inner join batches
        on facts.batch_id = batches.batch_id
)

select * from final
