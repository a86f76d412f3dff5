with lights as (
    select * from {{ ref('stg_districts__security_lights') }}
    where not is_total and not is_duplicate
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        lights.district_code,
        lights.light_name,
        lights.road_address,
        lights.lot_address,
        lights.installation_type,
        lights.inspection_result,
        lights.finding_ids,
        lights.light_count,
        lights.longitude,
        lights.latitude,
        lights.h3_cell,
        lights.point_district_code,
        batches.is_synthetic,
        lights.installed_year,
        lights.last_inspected_on,
        coalesce(lights.reference_date, batches.reference_date) as reference_date,
        lights.batch_id,
        lights.line
    from lights
    inner join batches
        on lights.batch_id = batches.batch_id
)

select * from final
