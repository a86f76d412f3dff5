with months as (
    select * from {{ source('raw', 'current_police_child_keepers') }}
),

final as (
    select
        keeper_id,
        station_code,
        school_code as school_id,
        school_name,
        active_days as active_day_count,
        active_hours,
        action_count,
        active_month as month,
        _batch_id as batch_id,
        _line as line
    from months
)

select * from final
