with rows_sent as (
    select * from {{ source('raw', 'current_city_urgent_budget') }}
),

final as (
    select
        request_number,
        district_code,
        purpose,
        status,
        requested_won,
        approved_won,
        requested_on,
        approved_on,
        paid_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from rows_sent
)

select * from final
