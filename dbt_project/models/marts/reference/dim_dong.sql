with dongs as (
    select * from {{ ref('dongs') }}
),

final as (
    select
        dong_code,
        name_ko,
        district_code
    from dongs
)

select * from final
