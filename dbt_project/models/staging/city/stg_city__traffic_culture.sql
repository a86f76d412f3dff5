with items as (
    select * from {{ source('raw', 'current_city_traffic_culture') }}
),

final as (
    select
        items.district_code,
        case items.item
            when '면허 자진반납' then 'licence_return'
            when '초보운전 스티커' then 'beginner_sticker'
        end as item,
        items.age_group,
        items.age_from,
        items.age_to,
        items.count as item_count,
        items.holder_count,
        coalesce('total' = any(items._flags), false) as is_total,
        items.month,
        items._batch_id as batch_id,
        items._line as line
    from items
)

select * from final
