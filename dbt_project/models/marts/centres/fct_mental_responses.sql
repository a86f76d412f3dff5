{{ config(schema='marts_restricted') }}

with facts as (
    select * from {{ ref('stg_city__mental_responses') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        facts.case_number,
        facts.person_id,
        facts.district_code,
        facts.station_code,
        facts.admission_kind,
        facts.shift,
        extract(epoch from facts.closed_at - facts.received_at) / 60 as handling_minutes,
        facts.response_kind = '합동' as is_joint,
        batches.is_synthetic,
        (facts.received_at at time zone 'Asia/Seoul')::date as received_on,
        facts.batch_id
    from facts
    inner join batches
        on facts.batch_id = batches.batch_id
)

select * from final
