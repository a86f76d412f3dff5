with schools as (
    select * from {{ ref('stg_education__schools') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        schools.school_id,
        schools.district_code,
        schools.school_name,
        schools.school_name_en,
        schools.school_level,
        schools.founding_type,
        schools.operating_status,
        schools.road_address,
        schools.longitude,
        schools.latitude,
        schools.h3_cell,
        schools.point_district_code,
        batches.is_synthetic,
        schools.founded_on,
        coalesce(schools.reference_date, batches.reference_date) as reference_date,
        schools.batch_id
    from schools
    inner join batches
        on schools.batch_id = batches.batch_id
)

select * from final
