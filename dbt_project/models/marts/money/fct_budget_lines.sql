with facts as (
    select * from {{ ref('stg_city__budget_lines') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        facts.fiscal_year,
        facts.programme_code,
        facts.programme_name,
        facts.fund,
        facts.planned_won,
        facts.current_won,
        facts.executed_won,
        batches.is_synthetic,
        facts.as_of_date,
        facts.batch_id
    from facts
    inner join batches
        on facts.batch_id = batches.batch_id
    where not facts.is_total
)

select * from final
