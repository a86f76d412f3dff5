with residents as (
    select * from {{ ref('fct_population') }}
),

registered_items as (
    select * from {{ ref('stg_city__registered_residents') }}
    where not is_total
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

-- A month is one slice, so its three items come with one batch. No figure stays empty.
registered as (
    select
        district_code,
        month,
        batch_id,
        max(person_count) filter (where item_name = '총인구수') as person_count,
        max(person_count) filter (where item_name = '남자인구수') as male_count,
        max(person_count) filter (where item_name = '여자인구수') as female_count
    from registered_items
    group by district_code, month, batch_id
),

final as (
    select
        district_code,
        population_basis,
        residents as person_count,
        male as male_count,
        female as female_count,
        is_synthetic,
        month,
        batch_id
    from residents
    union all
    select
        registered.district_code,
        'registered' as population_basis,
        registered.person_count,
        registered.male_count,
        registered.female_count,
        batches.is_synthetic,
        registered.month,
        registered.batch_id
    from registered
    inner join batches
        on registered.batch_id = batches.batch_id
)

select * from final
