with activities as (
    select * from {{ source('raw', 'current_city_participation') }}
),

-- The member who made a proposal stays in raw, even as a pseudonym.
final as (
    select
        activity_number,
        activity_year,
        body,
        kind,
        topic,
        status,
        attendance_count,
        item_count,
        adopted_count,
        completed_count,
        panel_score,
        held_on,
        due_on,
        completed_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from activities
)

select * from final
