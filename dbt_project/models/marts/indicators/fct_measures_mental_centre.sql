with responses as (
    select * from {{ ref('fct_mental_responses') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type in ('month', 'quarter')
),

-- One register of all cases: it speaks for every day up to its own date.
bounds as (
    select
        min(responses.received_on) as first_date,
        max(coalesce(batches.reference_date, responses.received_on)) as last_date,
        bool_or(responses.is_synthetic) as is_synthetic
    from responses
    inner join batches
        on responses.batch_id = batches.batch_id
    having count(*) > 0
),

final as (
    select
        'city' as place_type,
        '26' as place_code,
        dim_period.period_type,
        count(responses.case_number) as response_count,
        count(*) filter (where responses.is_joint) as joint_count,
        count(*) filter (
            where responses.is_joint and responses.admission_kind = '응급입원'
        ) as emergency_admission_count,
        count(responses.handling_minutes) as closed_count,
        trim_scale(
            round(
                (
                    percentile_cont(0.5) within group (order by responses.handling_minutes)
                )::numeric, 4
            )
        ) as median_handling_minutes,
        true as is_reported,
        bounds.last_date < dim_period.period_end as is_partial_period,
        bounds.is_synthetic,
        dim_period.period_start,
        dim_period.period_end,
        least(bounds.last_date, dim_period.period_end) as data_as_of
    from bounds
    inner join dim_period
        on
            bounds.first_date <= dim_period.period_end
            and bounds.last_date >= dim_period.period_start
    left join responses
        on responses.received_on between dim_period.period_start and dim_period.period_end
    group by
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        bounds.last_date,
        bounds.is_synthetic
)

select * from final
