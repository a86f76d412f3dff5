with items as (
    select * from {{ source('raw', 'current_city_traffic_culture') }}
),

final as (
    select
        district_code,
        case item
            when '면허 자진반납' then 'licence_return'
            when '초보운전 스티커' then 'beginner_sticker'
        end as item,
        age_group,
        age_from,
        age_to,
        "count" as item_count,
        holder_count,
        coalesce('total' = any(_flags), false) as is_total,
        month,
        _batch_id as batch_id,
        _line as line
    from items
)

select * from final
