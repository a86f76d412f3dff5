with lights as (
    select * from {{ source('raw', 'current_district_security_lights') }}
),

final as (
    select
        district_code,
        light_name,
        road_address,
        lot_address,
        installation_type,
        inspection_result,
        array_to_string(_flags, '|') as finding_ids,
        light_count,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        coalesce('total' = any(_flags), false) as is_total,
        coalesce('duplicate' = any(_flags), false) as is_duplicate,
        installed_year,
        last_inspected_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from lights
)

select * from final
