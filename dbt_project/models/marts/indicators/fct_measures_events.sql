with events as (
    select * from {{ ref('fct_crowded_events') }}
),

final as (
    select
        'event' as place_type,
        event_id as place_code,
        'event' as period_type,
        incident_count,
        attendance_count,
        attendance_count is not null and incident_count is not null as is_reported,
        false as is_partial_period,
        is_synthetic,
        started_on as period_start,
        ended_on as period_end,
        reference_date as data_as_of
    from events
    where is_over
)

select * from final
