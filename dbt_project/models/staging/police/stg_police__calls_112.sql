with calls as (
    select * from {{ source('raw', 'current_police_112_calls') }}
),

final as (
    select
        receipt_number as call_id,
        dong_code,
        priority_code,
        event_class_code,
        -- Sent as '301', '301.0', 'nan', '{' or empty: three digits or nothing.
        case
            when btrim(end_code) ~ '^[0-9]{3}(\.0+)?$' then left(btrim(end_code), 3)::smallint
        end as end_code,
        btrim(department_name) as department_name,
        coalesce(is_same_event, false) as is_same_event,
        received_at,
        arrived_at,
        _batch_id as batch_id,
        _line as line
    from calls
)

select * from final
