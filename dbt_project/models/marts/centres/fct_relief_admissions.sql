{{ config(schema='marts_restricted') }}

with facts as (
    select * from {{ ref('stg_city__relief_admissions') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        facts.admission_number,
        facts.person_id,
        facts.district_code,
        facts.station_code,
        facts.sex,
        facts.birth_year,
        facts.brought_by,
        facts.outcome,
        extract(epoch from facts.discharged_at - facts.admitted_at) / 3600 as stay_hours,
        case
            when facts.person_id is not null
                then
                    (facts.admitted_at at time zone 'Asia/Seoul')::date
                    - lag((facts.admitted_at at time zone 'Asia/Seoul')::date)
                        over (partition by facts.person_id order by facts.admitted_at)
        end as days_since_last,
        batches.is_synthetic,
        (facts.admitted_at at time zone 'Asia/Seoul')::date as admitted_on,
        facts.batch_id
    from facts
    inner join batches
        on facts.batch_id = batches.batch_id
)

select * from final
