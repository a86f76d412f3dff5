with workloads as (
    select * from {{ ref('stg_police__apo_workloads') }}
    where not is_total
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        workloads.station_code,
        workloads.officer_post_count,
        workloads.officer_count,
        workloads.monitored_household_count,
        workloads.new_household_count,
        workloads.released_household_count,
        workloads.vehicle_count,
        workloads.driven_km,
        batches.is_synthetic,
        date_trunc('quarter', workloads.reference_date)::date as quarter_start,
        workloads.vehicle_handed_over_on,
        workloads.reference_date,
        workloads.batch_id
    from workloads
    inner join batches
        on workloads.batch_id = batches.batch_id
)

select * from final
