with sites as (
    select * from {{ source('raw', 'current_district_cctv') }}
),

final as (
    select
        district_code,
        register,
        manage_number,
        site_name,
        -- The city's own list has one row per camera and is about crime prevention only.
        case
            when purpose is not null then purpose
            when register = 'busan_cameras' then '생활방범'
            else '미상'
        end as purpose,
        case when register = 'busan_cameras' then 1 else camera_count end as camera_count,
        pixel_count_10k,
        retention_days,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        installed_month,
        reference_date,
        array_to_string(_flags, '|') as finding_ids,
        _batch_id as batch_id,
        _line as line
    from sites
)

select * from final
