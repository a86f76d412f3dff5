with populations as (
    select * from {{ source('raw', 'current_city_population') }}
),

final as (
    select
        admin_code,
        month,
        admin_name,
        residents as resident_count,
        households as household_count,
        male as male_count,
        female as female_count,
        coalesce('total' = any(_flags), false) as is_total,
        _batch_id as batch_id,
        _line as line
    from populations
)

select * from final
