with admissions as (
    select * from {{ ref('fct_relief_admissions') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'quarter')
),

-- The centre delivers whole months: a month with a delivery and no admission has zero.
delivered as (
    select (slice_key || '-01')::date as month
    from {{ ref('stg_platform__batch_slices') }}
    where source_id = 'city_relief_center' and not is_superseded
),

bounds as (
    select
        min(month) as first_month,
        max(month) as last_month
    from delivered
),

grid as (
    select
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        count(delivered.month) as delivered_count,
        max(delivered.month) as newest_month,
        bounds.last_month
    from bounds
    inner join dim_period
        on
            bounds.first_month <= dim_period.period_end
            and bounds.last_month >= dim_period.period_start
    left join delivered
        on delivered.month between dim_period.period_start and dim_period.period_end
    group by
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        bounds.last_month
),

counted as (
    select
        grid.period_type,
        grid.period_start,
        count(admissions.admission_number) as admission_count,
        count(admissions.stay_hours) as discharged_count,
        sum(admissions.stay_hours) as stay_hours,
        count(admissions.outcome) as outcome_count,
        count(*) filter (where admissions.outcome = '응급실 이송') as er_count,
        count(distinct admissions.person_id) as person_count,
        count(distinct admissions.person_id) filter (
            where admissions.days_since_last <= 90
        ) as repeat_person_count
    from grid
    inner join admissions
        on admissions.admitted_on between grid.period_start and grid.period_end
    group by grid.period_type, grid.period_start
),

origin as (
    select coalesce(bool_or(is_synthetic), false) as is_synthetic from admissions
),

final as (
    select
        'city' as place_type,
        '26' as place_code,
        grid.period_type,
        coalesce(counted.admission_count, 0) as admission_count,
        coalesce(counted.discharged_count, 0) as discharged_count,
        coalesce(counted.stay_hours, 0) as stay_hours,
        coalesce(counted.outcome_count, 0) as outcome_count,
        coalesce(counted.er_count, 0) as er_count,
        coalesce(counted.person_count, 0) as person_count,
        coalesce(counted.repeat_person_count, 0) as repeat_person_count,
        grid.delivered_count > 0 as is_reported,
        grid.delivered_count
        < case when grid.period_type = 'month' then 1 else 3 end as is_partial_period,
        origin.is_synthetic,
        grid.period_start,
        grid.period_end,
        (
            coalesce(grid.newest_month, grid.last_month) + interval '1 month - 1 day'
        )::date as data_as_of
    from grid
    cross join origin
    left join counted
        on
            grid.period_type = counted.period_type
            and grid.period_start = counted.period_start
)

select * from final
