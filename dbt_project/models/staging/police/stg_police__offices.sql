with offices as (
    select * from {{ source('raw', 'current_police_offices') }}
),

final as (
    select
        register,
        reference_year,
        station_code,
        district_code,
        office_name,
        office_kind,
        address,
        office_count,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        coalesce('total' = any(_flags), false) as is_total,
        _batch_id as batch_id,
        _line as line
    from offices
)

select * from final
