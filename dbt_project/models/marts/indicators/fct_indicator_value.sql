with dim_indicator as (
    select * from {{ ref('dim_indicator') }}
),

dim_series_break as (
    select * from {{ ref('dim_series_break') }}
),

poisson_exact_limits as (
    select * from {{ ref('poisson_exact_limits') }}
),

measured as (
    select
        indicator_id,
        definition_version,
        subgroup,
        place_type,
        place_code,
        period_type,
        period_start,
        period_end,
        numerator,
        denominator,
        measured_value,
        is_reported,
        is_applicable,
        is_partial_period,
        is_denominator_final,
        data_as_of,
        is_synthetic
    from {{ ref('fct_indicator_measures') }}
),

-- Where a topic measures the city itself (a weighted mean, a median) nothing is summed.
own_cities as (
    select distinct
        indicator_id,
        definition_version,
        subgroup,
        period_type,
        period_start
    from measured
    where place_type = 'city'
),

-- The city is the sum of its districts; with one of them missing it is not reported.
cities as (
    select
        indicator_id,
        definition_version,
        subgroup,
        'city' as place_type,
        '26' as place_code,
        period_type,
        period_start,
        period_end,
        case when bool_and(numerator is not null) then sum(numerator) end as numerator,
        case when bool_and(denominator is not null) then sum(denominator) end as denominator,
        null::numeric as measured_value,
        bool_and(is_reported) as is_reported,
        bool_and(is_applicable) as is_applicable,
        bool_or(is_partial_period) as is_partial_period,
        bool_and(is_denominator_final) as is_denominator_final,
        max(data_as_of) as data_as_of,
        bool_or(is_synthetic) as is_synthetic
    from measured
    where
        place_type = 'district'
        and (indicator_id, definition_version, subgroup, period_type, period_start) not in (
            select
                own.indicator_id,
                own.definition_version,
                own.subgroup,
                own.period_type,
                own.period_start
            from own_cities as own
        )
    group by
        indicator_id,
        definition_version,
        subgroup,
        period_type,
        period_start,
        period_end
),

places as (
    select * from measured
    union all
    select * from cities
),

assessed as (
    select
        places.*,
        dim_indicator.scale,
        dim_indicator.population_basis,
        dim_indicator.interval_kind,
        dim_indicator.value_kind = 'count' as is_count,
        case
            when not places.is_applicable then 'not_applicable'
            when places.period_start < dim_indicator.earliest_period then 'not_applicable'
            when not places.is_reported then 'not_reported'
            when dim_indicator.value_kind <> 'count' and places.denominator is null
                then 'not_reported'
            when dim_indicator.value_kind <> 'count' and places.denominator = 0
                then 'not_applicable'
            when places.numerator is null and places.measured_value is null then 'not_reported'
            when places.is_partial_period or not places.is_denominator_final then 'provisional'
            else 'observed'
        end as value_status,
        (
            select string_agg(breaks.series_break, '|' order by breaks.series_break)
            from dim_series_break as breaks
            where
                breaks.series_break = any(string_to_array(dim_indicator.series_breaks, '|'))
                and breaks.broke_on between places.period_start and places.period_end
                and (
                    breaks.place_type is null
                    or (
                        breaks.place_type = places.place_type
                        and places.place_code = any(string_to_array(breaks.place_codes, '|'))
                    )
                )
        ) as series_break
    from places
    inner join dim_indicator
        on
            places.indicator_id = dim_indicator.indicator_id
            and places.definition_version = dim_indicator.definition_version
),

valued as (
    select
        *,
        value_status in ('observed', 'provisional') as has_value,
        case
            when value_status not in ('observed', 'provisional') then null
            when interval_kind = 'wilson' then 'wilson'
            when interval_kind = 'poisson' and numerator < 10 then 'exact'
            when interval_kind = 'poisson' then 'byar'
        end as interval_method
    from assessed
),

limited as (
    select
        valued.*,
        case
            when valued.has_value
                then
                    coalesce(
                        valued.measured_value,
                        case
                            when valued.is_count then valued.numerator
                            else valued.numerator / valued.denominator * valued.scale
                        end
                    )
        end as value,
        case
            when valued.interval_method in ('exact', 'byar')
                then
                    {{ poisson_lower('valued.numerator', 'limits.lower_95') }}
                    / valued.denominator * valued.scale
            when valued.interval_method = 'wilson'
                then
                    {{ wilson_lower('valued.numerator', 'valued.denominator') }} * valued.scale
        end as lower_95,
        case
            when valued.interval_method in ('exact', 'byar')
                then
                    {{ poisson_upper('valued.numerator', 'limits.upper_95') }}
                    / valued.denominator * valued.scale
            when valued.interval_method = 'wilson'
                then
                    {{ wilson_upper('valued.numerator', 'valued.denominator') }} * valued.scale
        end as upper_95
    from valued
    left join poisson_exact_limits as limits
        on valued.numerator = limits.observed_count
),

final as (
    select
        indicator_id,
        definition_version,
        subgroup,
        place_type,
        place_code,
        period_type,
        period_start,
        period_end,
        case when value_status <> 'not_reported' then numerator end as numerator,
        trim_scale(denominator) as denominator,
        trim_scale(round(value, 6)) as value,
        trim_scale(round(lower_95, 6)) as lower_95,
        trim_scale(round(upper_95, 6)) as upper_95,
        interval_method,
        value_status,
        population_basis,
        is_partial_period,
        series_break,
        data_as_of,
        is_synthetic
    from limited
)

select * from final
