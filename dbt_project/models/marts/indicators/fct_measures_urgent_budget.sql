with requests as (
    select * from {{ ref('fct_urgent_budget_requests') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type = 'quarter'
),

bounds as (
    select
        min(requested_on) as first_date,
        max(reference_date) as last_date,
        bool_or(is_synthetic) as is_synthetic
    from requests
    having count(*) > 0
),

final as (
    select
        'city' as place_type,
        '26' as place_code,
        dim_period.period_type,
        count(requests.request_number) as payment_count,
        trim_scale(
            (percentile_cont(0.5) within group (order by requests.lead_days))::numeric
        ) as median_lead_days,
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
    left join requests
        on requests.paid_on between dim_period.period_start and dim_period.period_end
    group by
        dim_period.period_type,
        dim_period.period_start,
        dim_period.period_end,
        bounds.last_date,
        bounds.is_synthetic
)

select * from final
