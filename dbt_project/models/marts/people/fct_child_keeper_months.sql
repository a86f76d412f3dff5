{{ config(schema='marts_restricted') }}


with months as (
    select * from {{ ref('stg_police__child_keeper_months') }}
),

schools as (
    select * from {{ ref('fct_schools') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

-- District and level are those of the school in the latest list.
final as (
    select
        months.keeper_id,
        months.station_code,
        months.school_id,
        schools.district_code,
        schools.school_level,
        months.active_day_count,
        months.active_hours,
        months.action_count,
        batches.is_synthetic,
        months.month,
        months.batch_id
    from months
    inner join batches
        on months.batch_id = batches.batch_id
    left join schools
        on months.school_id = schools.school_id
)

select * from final
