with station_dong_bridge as (
    select * from {{ ref('station_dong_bridge') }}
),

final as (
    select
        station_code,
        dong_code,
        note,
        valid_from,
        valid_to
    from station_dong_bridge
)

select * from final
