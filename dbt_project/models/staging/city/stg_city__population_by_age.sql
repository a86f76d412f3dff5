with ages as (
    select * from {{ source('raw', 'current_city_population_age') }}
),

final as (
    select
        basis,
        admin_code,
        sex,
        age_group,
        age_from,
        age_to,
        population as person_count,
        coalesce('total' = any(_flags), false) as is_total,
        month,
        _batch_id as batch_id,
        _line as line
    from ages
)

select * from final
