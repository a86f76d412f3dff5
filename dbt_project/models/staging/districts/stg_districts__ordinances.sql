with ordinances as (
    select * from {{ source('raw', 'current_district_ordinances') }}
),

final as (
    select
        ordinance_id,
        district_code,
        ordinance_name,
        revision_kind,
        department,
        article_count,
        grant_won,
        supports_budget,
        has_council,
        promulgated_on,
        in_force_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from ordinances
)

select * from final
