{%- set calls = ref('fct_measures_112_calls') -%}
{%- set response = ref('fct_measures_112_response') -%}
{%- set crimes = ref('fct_measures_crimes') -%}
{%- set deaths = ref('fct_measures_traffic_deaths') -%}
{%- set routes = ref('fct_measures_safe_routes') -%}
{%- set facilities = ref('fct_measures_facilities') -%}

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
    {{ indicator_rows('five_major_crime_rate', crimes, 'mean_resident_count',
        numerator='five_major_count', is_applicable='has_resident_basis',
        is_denominator_final='is_population_final') }}
    union all
    {{ indicator_rows('violent_crime_rate', crimes, 'mean_resident_count',
        numerator='violent_count', is_denominator_final='is_population_final',
        place_types=['district']) }}
    union all
    {{ indicator_rows('theft_rate', crimes, 'mean_resident_count',
        numerator='theft_count', is_denominator_final='is_population_final',
        place_types=['district']) }}
    union all
    {{ indicator_rows('call_112_rate', calls, 'mean_resident_count',
        numerator='call_count', is_denominator_final='is_population_final') }}
    union all
    {{ indicator_rows('call_112_dispatch_share', calls, 'call_count',
        numerator='dispatched_count') }}
    union all
    {{ indicator_rows('code01_share', calls, 'call_count', numerator='urgent_count') }}
    union all
    {{ indicator_rows('code01_response_median_min', response, 'arrival_count',
        measured_value='median_response_minutes') }}
    union all
    {{ indicator_rows('false_report_share', calls, 'call_count',
        numerator='false_report_count') }}
    union all
    {{ indicator_rows('safe_route_improvement_rate', routes, 'designated_route_count',
        numerator='improved_route_count') }}
    union all
    {{ indicator_rows('safe_route_facility_density', facilities, 'length_km',
        numerator='facility_count', facility_type='safe_route') }}
    union all
    {{ indicator_rows('cctv_security_rate', facilities, 'resident_count',
        numerator='facility_count', facility_type='cctv') }}
    union all
    {{ indicator_rows('intox_call_rate', calls, 'mean_resident_count',
        numerator='intoxicated_count', is_denominator_final='is_population_final') }}
    union all
    {{ indicator_rows('dv_call_rate', calls, 'mean_resident_count',
        numerator='domestic_violence_count', is_denominator_final='is_population_final') }}
    union all
    {{ indicator_rows('dating_violence_call_rate', calls, 'mean_resident_count',
        numerator='dating_violence_count', is_denominator_final='is_population_final') }}
    union all
    {{ indicator_rows('stalking_call_rate', calls, 'mean_resident_count',
        numerator='stalking_count', is_denominator_final='is_population_final') }}
    union all
    {{ indicator_rows('traffic_death_rate', deaths, 'mean_resident_count',
        numerator='death_count', is_denominator_final='is_population_final') }}
),

-- The city is the sum of its districts; with one of them missing it is not reported.
cities as (
    select
        indicator_id,
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
    where place_type = 'district'
    group by indicator_id, period_type, period_start, period_end
),

places as (
    select * from measured
    union all
    select * from cities
),

assessed as (
    select
        places.*,
        dim_indicator.definition_version,
        dim_indicator.scale,
        dim_indicator.interval_kind,
        case when dim_indicator.denominator_unit = 'residents' then 'residents' end
            as population_basis,
        case
            when not places.is_applicable then 'not_applicable'
            when places.period_start < dim_indicator.earliest_period then 'not_applicable'
            when not places.is_reported or places.denominator is null then 'not_reported'
            when places.denominator = 0 then 'not_applicable'
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
        on places.indicator_id = dim_indicator.indicator_id
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
                        valued.numerator / valued.denominator * valued.scale
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
