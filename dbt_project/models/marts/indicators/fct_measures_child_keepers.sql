with keepers as (
    select * from {{ ref('fct_child_keeper_months') }}
    where
        school_level = '초등학교'
        and active_day_count > 0
),

schools as (
    select * from {{ ref('fct_schools') }}
),

slices as (
    select
        slices.slice_key,
        batches.is_synthetic,
        batches.reference_date
    from {{ ref('stg_platform__batch_slices') }} as slices
    inner join {{ ref('stg_platform__batches') }} as batches
        on slices.batch_id = batches.batch_id
    where
        slices.source_id = 'police_child_keepers'
        and not slices.is_superseded
),

delivered_months as (
    select
        (slice_key || '-01')::date as month,
        (slice_key || '-01')::date + interval '1 month' - interval '1 day' as last_day,
        is_synthetic
    from slices
),

delivered_quarters as (
    select
        date_trunc('quarter', month)::date as quarter_start,
        count(*) as month_count,
        max(last_day)::date as newest_date
    from delivered_months
    where extract(month from month) >= 3
    group by date_trunc('quarter', month)
),

bounds as (
    select
        date_trunc('quarter', min(month))::date as first_quarter,
        date_trunc('quarter', max(month))::date as last_quarter,
        max(last_day)::date as newest_date,
        coalesce(bool_or(is_synthetic), false) as is_synthetic
    from delivered_months
),

grid as (
    {{ district_grid('quarter', 'bounds', first='first_quarter', last='last_quarter') }}
),

covered as (
    select
        district_code,
        date_trunc('quarter', month)::date as quarter_start,
        count(distinct school_id) as school_count
    from keepers
    group by district_code, date_trunc('quarter', month)
),

primary_schools as (
    select
        district_code,
        count(*) as school_count
    from schools
    where school_level = '초등학교'
    group by district_code
),

final as (
    select
        'district' as place_type,
        grid.district_code as place_code,
        'quarter' as period_type,
        case
            when delivered.quarter_start is not null then coalesce(covered.school_count, 0)
        end as covered_school_count,
        case
            when (select count(*) from schools) > 0 then coalesce(primary_schools.school_count, 0)
        end as primary_school_count,
        delivered.quarter_start is not null as is_reported,
        coalesce(delivered.month_count, 0)
        < case when extract(quarter from grid.period_start) = 1 then 1 else 3 end
            as is_partial_period,
        bounds.is_synthetic,
        grid.period_start,
        grid.period_end,
        coalesce(delivered.newest_date, bounds.newest_date) as data_as_of
    from grid
    cross join bounds
    left join delivered_quarters as delivered
        on grid.period_start = delivered.quarter_start
    left join covered
        on
            grid.district_code = covered.district_code
            and grid.period_start = covered.quarter_start
    left join primary_schools
        on grid.district_code = primary_schools.district_code
)

select * from final
