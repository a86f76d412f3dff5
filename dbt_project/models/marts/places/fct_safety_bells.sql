with bells as (
    select * from {{ ref('stg_districts__safety_bells') }}
    where not is_duplicate
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        bells.manage_number,
        bells.district_code,
        bells.bell_name,
        bells.purpose,
        bells.place_kind,
        bells.position,
        bells.road_address,
        bells.lot_address,
        bells.link_method,
        bells.extra_functions,
        bells.finding_ids,
        bells.longitude,
        bells.latitude,
        bells.h3_cell,
        bells.point_district_code,
        bells.is_linked_to_police,
        bells.is_linked_to_guards,
        bells.is_linked_to_office,
        bells.has_passed_inspection,
        batches.is_synthetic,
        bells.installed_year,
        bells.last_inspected_on,
        coalesce(bells.reference_date, batches.reference_date) as reference_date,
        bells.batch_id,
        bells.line
    from bells
    inner join batches
        on bells.batch_id = batches.batch_id
)

select * from final
