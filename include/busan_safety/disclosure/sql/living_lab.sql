-- One row per project. With one to threshold - 1 voters the votes and the score they gave are
-- hidden; so are the project's other numbers, because value_status speaks for the whole row.
with

judged as (
    select
        projects.*,
        coalesce(
            projects.citizen_vote_count > 0
            and projects.citizen_vote_count < %(threshold)s::numeric,
            false
        ) as is_hidden
    from marts.fct_living_lab_projects as projects
)

insert into disclosed.living_lab
select
    judged.project_id,
    judged.project_name,
    judged.project_year,
    judged.district_code,
    districts.name_ko as district_name_ko,
    judged.stage,
    case when not judged.is_hidden then judged.team_count end as team_count,
    case when not judged.is_hidden then judged.budget_won end as budget_won,
    case when not judged.is_hidden then judged.citizen_vote_count end as citizen_vote_count,
    case when not judged.is_hidden then judged.citizen_score end as citizen_score,
    judged.started_on,
    judged.ended_on,
    case
        when judged.is_hidden then 'suppressed'
        when
            num_nonnulls(
                judged.team_count,
                judged.budget_won,
                judged.citizen_vote_count,
                judged.citizen_score
            ) = 0
            then 'not_reported'
        else 'observed'
    end as value_status,
    max(judged.reference_date) over () as data_as_of,
    judged.is_synthetic
from judged
left join marts.dim_district as districts
    on judged.district_code = districts.district_code
