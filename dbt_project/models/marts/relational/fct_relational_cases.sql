{{ config(schema='marts_restricted') }}


with cases as (
    select
        *,
        (reported_at at time zone 'Asia/Seoul')::date as reported_on
    from {{ ref('stg_police__relational_cases') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

-- One pass over each household's reports: the next one stands beside every report.
followed as (
    select
        *,
        lead(reported_on) over (
            partition by household_id, kind
            order by reported_at, case_id
        ) as next_reported_on
    from cases
),

final as (
    select
        followed.case_id,
        followed.household_id,
        followed.district_code,
        followed.station_code,
        followed.kind,
        followed.outcome,
        followed.measure,
        followed.victim_age_band,
        coalesce(followed.outcome = '입건', false) as is_accepted,
        followed.measure is not null as has_measure,
        followed.is_joint_response,
        batches.is_synthetic,
        followed.reported_at,
        followed.reported_on,
        date_trunc('month', followed.reported_on)::date as month,
        followed.next_reported_on,
        followed.measured_on,
        followed.batch_id
    from followed
    inner join batches
        on followed.batch_id = batches.batch_id
)

select * from final
