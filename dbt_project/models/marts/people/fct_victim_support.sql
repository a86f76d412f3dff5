{{ config(schema='marts_restricted') }}


with supports as (
    select * from {{ ref('stg_city__victim_supports') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        supports.case_number,
        supports.person_id,
        supports.district_code,
        supports.support_kind,
        supports.participation,
        supports.person_role,
        supports.sex,
        supports.support_year,
        supports.birth_year,
        supports.guard_count,
        case
            when supports.support_kind = '민간경호'
                then (supports.ended_on - supports.started_on + 1) * supports.guard_count
        end as guard_day_count,
        supports.planned_session_count,
        supports.attended_session_count,
        supports.earlier_report_count,
        supports.satisfaction_level,
        supports.is_completed,
        supports.is_revictimised,
        batches.is_synthetic,
        supports.meeting_on,
        supports.started_on,
        supports.ended_on,
        supports.rereported_on,
        supports.batch_id
    from supports
    inner join batches
        on supports.batch_id = batches.batch_id
)

select * from final
