with accidents as (
    select * from {{ source('raw', 'current_police_fatal_accidents') }}
),

final as (
    select
        accident_year,
        district_code,
        accident_type_large,
        accident_type,
        violation,
        road_form,
        offender_kind,
        victim_kind,
        death_count,
        serious_count,
        slight_count,
        reported_injury_count,
        longitude,
        latitude,
        _h3_cell as h3_cell,
        _point_district as point_district_code,
        day_night = '야' as is_night,
        occurred_at,
        _batch_id as batch_id,
        _line as line
    from accidents
)

select * from final
