with living_lab as (
    select * from {{ source('disclosed', 'living_lab') }}
),

final as (
    select
        project_id,
        project_name,
        project_year,
        district_code,
        district_name_ko,
        stage,
        team_count,
        budget_won,
        citizen_vote_count,
        citizen_score,
        started_on,
        ended_on,
        value_status,
        data_as_of,
        is_synthetic
    from living_lab
)

select * from final
