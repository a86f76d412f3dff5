with accidents as (
    select * from {{ ref('stg_police__fatal_accidents') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        accidents.accident_year || '-' || lpad(accidents.line::text, 6, '0') as accident_id,
        accidents.district_code,
        accidents.accident_year,
        accidents.accident_type_large,
        accidents.accident_type,
        accidents.violation,
        accidents.road_form,
        accidents.offender_kind,
        accidents.victim_kind,
        accidents.death_count,
        accidents.serious_count,
        accidents.slight_count,
        accidents.reported_injury_count,
        accidents.longitude,
        accidents.latitude,
        accidents.h3_cell,
        accidents.point_district_code,
        accidents.is_night,
        batches.is_synthetic,
        accidents.occurred_at,
        (accidents.occurred_at at time zone 'Asia/Seoul')::date as accident_date,
        accidents.batch_id
    from accidents
    inner join batches
        on accidents.batch_id = batches.batch_id
)

select * from final
