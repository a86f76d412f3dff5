with populations as (
    select * from {{ source('raw', 'current_city_population_registered') }}
),

final as (
    select
        area_name,
        district_code,
        item_name,
        persons as person_count,
        coalesce('total' = any(_flags), false) as is_total,
        month,
        _batch_id as batch_id,
        _line as line
    from populations
)

select * from final
