with facts as (
    select * from {{ ref('stg_city__urgent_budget_requests') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        facts.request_number,
        facts.district_code,
        facts.purpose,
        facts.status,
        facts.requested_won,
        facts.approved_won,
        facts.paid_on - facts.requested_on as lead_days,
        batches.is_synthetic,
        facts.requested_on,
        facts.approved_on,
        facts.paid_on,
        coalesce(facts.reference_date, batches.reference_date) as reference_date,
        facts.batch_id
    from facts
    inner join batches
        on facts.batch_id = batches.batch_id
)

select * from final
