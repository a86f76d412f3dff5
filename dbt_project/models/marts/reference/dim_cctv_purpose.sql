with cctv_purposes as (
    select * from {{ ref('cctv_purposes') }}
),

final as (
    select
        purpose,
        name_en,
        is_security
    from cctv_purposes
)

select * from final
