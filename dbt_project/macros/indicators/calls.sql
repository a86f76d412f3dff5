{# Indicators of 112 calls. #}
{% macro indicators_of_calls() -%}
    {%- set calls = ref('fct_measures_112_calls') -%}
    {%- set response = ref('fct_measures_112_response') -%}
    {%- set targets = ref('fct_measures_112_targets') -%}
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
    {{ indicator_rows('code01_within_target_share', targets, 'arrival_count',
        numerator='within_target_count') }}
    union all
    {{ indicator_rows('false_report_share', calls, 'call_count',
        numerator='false_report_count') }}
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
{%- endmacro %}
