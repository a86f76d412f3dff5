with projects as (
    select * from {{ source('raw', 'current_city_living_lab') }}
),

final as (
    select
        project_id,
        project_name,
        project_year,
        district_code,
        stage,
        team_count,
        budget_won,
        citizen_vote_count,
        citizen_score,
        started_on,
        ended_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from projects
)

select * from final
