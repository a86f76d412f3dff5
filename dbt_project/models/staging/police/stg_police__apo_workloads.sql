with workloads as (
    select * from {{ source('raw', 'current_police_apo') }}
),

final as (
    select
        station_code,
        officer_post_count,
        officer_count,
        monitored_household_count,
        new_household_count,
        released_household_count,
        vehicle_count,
        driven_km,
        coalesce('total' = any(_flags), false) as is_total,
        vehicle_handed_over_on,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from workloads
)

select * from final
