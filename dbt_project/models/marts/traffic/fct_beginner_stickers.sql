with items as (
    select * from {{ ref('stg_city__traffic_culture') }}
    where item = 'beginner_sticker' and not is_total
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        items.district_code,
        items.item_count as sticker_count,
        batches.is_synthetic,
        items.month,
        items.batch_id
    from items
    inner join batches
        on items.batch_id = batches.batch_id
)

select * from final
