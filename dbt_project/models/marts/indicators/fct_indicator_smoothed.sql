-- Marshall's global empirical Bayes (Marshall 1991; DOMAIN E4): each district's rate is drawn to
-- the mean m of all districts, the more so the fewer residents (or other units) stand behind it.
with indicator_values as (
    select * from {{ ref('fct_indicator_value') }}
),

dim_indicator as (
    select * from {{ ref('dim_indicator') }}
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

city_size as (
    select count(*) as district_count
    from dim_district
),

rates as (
    select
        indicator_values.indicator_id,
        indicator_values.definition_version,
        indicator_values.subgroup,
        indicator_values.place_code as district_code,
        indicator_values.period_type,
        indicator_values.period_start,
        indicator_values.period_end,
        indicator_values.numerator,
        indicator_values.denominator,
        indicator_values.value_status,
        indicator_values.series_break,
        indicator_values.data_as_of,
        indicator_values.is_synthetic,
        dim_indicator.scale::numeric as scale,
        indicator_values.numerator / indicator_values.denominator as rate
    from indicator_values
    inner join dim_indicator
        on
            indicator_values.indicator_id = dim_indicator.indicator_id
            and indicator_values.definition_version = dim_indicator.definition_version
    where
        indicator_values.place_type = 'district'
        and indicator_values.value_status in ('observed', 'provisional', 'revised')
        and not indicator_values.is_partial_period
        and dim_indicator.interval_kind = 'poisson'
        and dim_indicator.value_kind = 'ratio'
),

-- m, over periods in which every district has a value.
means as (
    select
        rates.indicator_id,
        rates.definition_version,
        rates.subgroup,
        rates.period_type,
        rates.period_start,
        count(*) as district_count,
        sum(rates.denominator) as denominator_sum,
        sum(rates.numerator) / sum(rates.denominator) as mean_rate
    from rates
    group by
        rates.indicator_id,
        rates.definition_version,
        rates.subgroup,
        rates.period_type,
        rates.period_start
    having count(*) = (select city_size.district_count from city_size)
),

-- s squared, weighted by the denominators; a, the variance between districts, is not below 0.
variances as (
    select
        means.indicator_id,
        means.definition_version,
        means.subgroup,
        means.period_type,
        means.period_start,
        means.mean_rate,
        greatest(
            sum(rates.denominator * power(rates.rate - means.mean_rate, 2))
            / means.denominator_sum
            - means.mean_rate / (means.denominator_sum / means.district_count),
            0
        ) as between_variance
    from means
    inner join rates
        on
            means.indicator_id = rates.indicator_id
            and means.definition_version = rates.definition_version
            and means.subgroup = rates.subgroup
            and means.period_type = rates.period_type
            and means.period_start = rates.period_start
    group by
        means.indicator_id,
        means.definition_version,
        means.subgroup,
        means.period_type,
        means.period_start,
        means.mean_rate,
        means.denominator_sum,
        means.district_count
),

-- With no event anywhere there is nothing to tell apart: the weight is 0, the value m.
weighted as (
    select
        rates.*,
        variances.mean_rate,
        variances.between_variance,
        coalesce(
            variances.between_variance
            / nullif(variances.between_variance + variances.mean_rate / rates.denominator, 0),
            0
        ) as observed_weight
    from rates
    inner join variances
        on
            rates.indicator_id = variances.indicator_id
            and rates.definition_version = variances.definition_version
            and rates.subgroup = variances.subgroup
            and rates.period_type = variances.period_type
            and rates.period_start = variances.period_start
),

final as (
    select
        indicator_id,
        definition_version,
        subgroup,
        district_code,
        period_type,
        'marshall_global_eb' as smoothing_method,
        value_status,
        series_break,
        trim_scale(
            round(scale * (mean_rate + observed_weight * (rate - mean_rate)), 8)
        ) as smoothed_value,
        trim_scale(round(scale * mean_rate, 8)) as mean_value,
        trim_scale(round(observed_weight, 6)) as observed_weight,
        trim_scale(round(scale * scale * between_variance, 10)) as between_variance,
        is_synthetic,
        period_start,
        period_end,
        data_as_of
    from weighted
)

select * from final
