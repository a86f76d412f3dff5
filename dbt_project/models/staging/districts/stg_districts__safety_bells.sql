with bells as (
    select * from {{ source('raw', 'current_district_safety_bells') }}
),

final as (
    select
        manage_number,
        district_code,
        bell_name,
        purpose,
        place_kind,
        position,
        road_address,
        lot_address,
        link_method,
        extra_functions,
        array_to_string(_flags, '|') as finding_ids,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        is_linked_to_police,
        is_linked_to_guards,
        is_linked_to_office,
        passed_inspection as has_passed_inspection,
        coalesce('duplicate' = any(_flags), false) as is_duplicate,
        installed_year,
        last_inspected_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from bells
)

select * from final
