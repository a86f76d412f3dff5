with participation as (
    select * from {{ source('disclosed', 'participation') }}
),

final as (
    select
        body_name_ko,
        activity_year,
        body_name_en,
        programme_id,
        session_count,
        proposal_count,
        evaluation_count,
        attendance_count,
        item_count,
        adopted_count,
        completed_count,
        answered_count,
        answered_in_time_count,
        mean_panel_score,
        value_status,
        data_as_of,
        is_synthetic
    from participation
)

select * from final
