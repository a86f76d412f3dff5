with series_breaks as (
    select * from {{ ref('series_breaks') }}
),

final as (
    select
        series_break,
        place_type,
        place_codes,
        description_ko,
        description_en,
        broke_on
    from series_breaks
)

select * from final
