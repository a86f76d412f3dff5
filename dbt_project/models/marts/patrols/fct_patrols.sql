with patrols as (
    select * from {{ ref('stg_police__patrols') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        patrols.batch_id,
        patrols.line,
        patrols.district_code,
        patrols.dong_code,
        patrols.patrol_kind,
        extract(hour from patrols.started_time)::smallint as start_hour,
        patrols.patrol_minutes,
        patrols.participant_count,
        patrols.report_112_count,
        patrols.report_120_count,
        batches.is_synthetic,
        patrols.patrolled_on
    from patrols
    inner join batches
        on patrols.batch_id = batches.batch_id
)

select * from final
