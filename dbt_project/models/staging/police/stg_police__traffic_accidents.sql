with accidents as (
    select * from {{ source('raw', 'current_police_traffic_accidents') }}
),

final as (
    select
        accident_id,
        register,
        accident_year,
        district_code,
        dong_code,
        accident_type_large,
        accident_type,
        violation,
        road_form,
        weather,
        offender_kind,
        victim_kind,
        crossing_id,
        offender_age,
        victim_age,
        death_count,
        serious_count,
        slight_count,
        reported_injury_count,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        is_in_child_zone,
        is_drunk_driving,
        -- A TAAS list has no numbers: rows that look the same are different accidents.
        accident_id is not null
        and coalesce('duplicate' = any(_flags), false) as is_repeated,
        occurred_at,
        _batch_id as batch_id,
        _line as line
    from accidents
)

select * from final
