with rows_sent as (
    select * from {{ source('raw', 'current_city_mental_center') }}
),

final as (
    select
        case_number,
        person_id,
        district_code,
        station_code,
        response_kind,
        admission_kind,
        shift,
        received_at,
        arrived_at,
        closed_at,
        _batch_id as batch_id,
        _line as line
    from rows_sent
)

select * from final
