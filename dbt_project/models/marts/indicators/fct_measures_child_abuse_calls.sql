with months as (
    select * from {{ ref('fct_measures_112_calls') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
    where period_type = 'quarter'
),

-- Materialised: read once, not once for each district and quarter.
age_bands as materialized (
    select * from {{ ref('int_population__age_bands') }}
),

quarters as (
    select
        place_code as district_code,
        date_trunc('quarter', period_start)::date as quarter_start,
        sum(child_abuse_count)::bigint as child_abuse_count,
        sum(delivered_day_count)::bigint as delivered_day_count,
        bool_or(is_reported) as is_reported,
        bool_or(is_synthetic) as is_synthetic,
        coalesce(max(data_as_of) filter (where is_reported), max(data_as_of)) as data_as_of
    from months
    group by place_code, date_trunc('quarter', period_start)
),

final as (
    select
        'district' as place_type,
        quarters.district_code as place_code,
        'quarter' as period_type,
        quarters.child_abuse_count,
        children.child_count,
        quarters.delivered_day_count,
        quarters.is_reported,
        quarters.delivered_day_count < dim_period.day_count as is_partial_period,
        coalesce(children.month <= dim_period.period_end, false) as is_population_final,
        quarters.is_synthetic,
        dim_period.period_start,
        dim_period.period_end,
        quarters.data_as_of
    from quarters
    inner join dim_period
        on quarters.quarter_start = dim_period.period_start
    left join lateral (
        select
            age_bands.child_count,
            age_bands.month
        from age_bands
        where age_bands.district_code = quarters.district_code
        order by
            age_bands.month > dim_period.period_end,
            case when age_bands.month > dim_period.period_end then age_bands.month end,
            age_bands.month desc
        limit 1
    ) as children on true
)

select * from final
