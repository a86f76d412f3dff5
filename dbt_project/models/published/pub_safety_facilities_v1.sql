with safety_facilities as (
    select * from {{ source('disclosed', 'safety_facilities') }}
),

final as (
    select
        facility_type,
        district_code,
        district_name_ko,
        district_name_en,
        category,
        reference_date,
        site_count,
        unit_count,
        length_m,
        completed_count,
        value_status,
        data_as_of,
        is_synthetic
    from safety_facilities
)

select * from final
