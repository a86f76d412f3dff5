with populations as (
    select * from {{ ref('stg_city__residents') }}
    where not is_total
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        left(populations.admin_code, 5) as district_code,
        populations.month,
        'residents' as population_basis,
        populations.resident_count as residents,
        populations.household_count as households,
        populations.male_count as male,
        populations.female_count as female,
        batches.is_synthetic,
        populations.batch_id
    from populations
    inner join batches
        on populations.batch_id = batches.batch_id
)

select * from final
