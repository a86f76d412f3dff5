with rows_sent as (
    select * from {{ source('raw', 'current_city_relief_center') }}
),

final as (
    select
        admission_number,
        person_id,
        district_code,
        station_code,
        sex,
        birth_year,
        brought_by,
        outcome,
        found_at,
        admitted_at,
        discharged_at,
        _batch_id as batch_id,
        _line as line
    from rows_sent
)

select * from final
