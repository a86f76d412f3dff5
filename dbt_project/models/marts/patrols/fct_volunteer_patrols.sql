with patrols as (
    select
        *,
        -- Some districts mark every patrol, others only name who went along, a log that does
        -- neither leaves unknown which patrols were joint.
        coalesce(
            is_joint_stated,
            case when bool_or(is_joint_stated) over (partition by batch_id) then false end
        ) as is_joint
    from {{ ref('stg_districts__volunteer_patrols') }}
    where not is_total and not is_repeated
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        patrols.batch_id,
        patrols.line,
        patrols.district_code,
        patrols.team_name,
        patrols.dong_name,
        patrols.joint_with,
        patrols.member_count,
        patrols.patrol_minutes,
        patrols.report_112_count,
        patrols.report_120_count,
        patrols.is_joint,
        batches.is_synthetic,
        patrols.patrolled_on
    from patrols
    inner join batches
        on patrols.batch_id = batches.batch_id
)

select * from final
