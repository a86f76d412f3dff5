with ordinances as (
    select * from {{ ref('stg_districts__ordinances') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        ordinances.ordinance_id,
        ordinances.district_code,
        ordinances.ordinance_name,
        ordinances.revision_kind,
        ordinances.department,
        ordinances.article_count,
        ordinances.grant_won,
        ordinances.supports_budget,
        ordinances.has_council,
        batches.is_synthetic,
        ordinances.promulgated_on,
        ordinances.in_force_on,
        ordinances.reference_date,
        ordinances.batch_id
    from ordinances
    inner join batches
        on ordinances.batch_id = batches.batch_id
)

select * from final
