with schools as (
    select * from {{ source('raw', 'current_education_schools') }}
),

final as (
    select
        school_id,
        school_name,
        school_name_en,
        school_level,
        founding_type,
        operating_status,
        district_code,
        road_address,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        founded_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from schools
)

select * from final
