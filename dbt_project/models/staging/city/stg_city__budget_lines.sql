with lines as (
    select * from {{ source('raw', 'current_city_safety_budget') }}
),

final as (
    select
        fiscal_year,
        programme_code,
        programme_name,
        fund,
        planned_thousand_won * 1000 as planned_won,
        current_thousand_won * 1000 as current_won,
        executed_thousand_won * 1000 as executed_won,
        'total' = any(coalesce(_flags, '{}')) as is_total,
        as_of_date,
        _batch_id as batch_id,
        _line as line
    from lines
)

select * from final
