with offices as (
    select * from {{ ref('stg_police__offices') }}
    where register = 'office_list' and not is_total
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        offices.batch_id,
        offices.line,
        offices.reference_year,
        offices.station_code,
        offices.district_code,
        offices.office_name,
        offices.office_kind,
        offices.address,
        offices.longitude,
        offices.latitude,
        offices.h3_cell,
        offices.point_district_code,
        batches.is_synthetic
    from offices
    inner join batches
        on offices.batch_id = batches.batch_id
)

select * from final
