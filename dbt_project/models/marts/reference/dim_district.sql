with districts as (
    select * from {{ ref('districts') }}
),

final as (
    select
        district_code,
        name_ko,
        name_en,
        instt_code,
        kostat_code,
        kostat_code_2025,
        taas_code,
        legal_dong_code,
        area_km2
    from districts
)

select * from final
