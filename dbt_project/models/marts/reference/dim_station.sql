with stations as (
    select * from {{ ref('stations') }}
),

final as (
    select
        station_code,
        name_ko,
        name_en,
        valid_from,
        valid_to
    from stations
)

select * from final
