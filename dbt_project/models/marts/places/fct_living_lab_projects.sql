with projects as (
    select * from {{ ref('stg_city__living_lab_projects') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        projects.project_id,
        projects.district_code,
        projects.project_name,
        projects.project_year,
        projects.stage,
        projects.team_count,
        projects.budget_won,
        projects.citizen_vote_count,
        projects.citizen_score,
        batches.is_synthetic,
        projects.started_on,
        projects.ended_on,
        projects.reference_date,
        projects.batch_id
    from projects
    inner join batches
        on projects.batch_id = batches.batch_id
)

select * from final
