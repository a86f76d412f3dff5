with items as (
    select * from {{ ref('stg_city__traffic_culture') }}
    where item = 'licence_return' and not is_total
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        items.district_code,
        items.age_group,
        items.age_from,
        items.age_to,
        items.item_count as return_count,
        items.holder_count,
        batches.is_synthetic,
        items.month,
        items.batch_id
    from items
    inner join batches
        on items.batch_id = batches.batch_id
)

select * from final
