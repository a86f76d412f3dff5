{# Indicators of relational crime: domestic violence, stalking, child abuse. #}
{% macro indicators_of_relational() -%}
    {%- set relational = ref('fct_measures_relational') -%}
    {{ indicator_rows('dv_rereport_rate_90d', ref('fct_measures_dv_rereports'),
        'index_household_count', numerator='rereported_household_count') }}
    union all
    {{ indicator_rows('stalking_protective_measure_share', relational,
        'stalking_accepted_count', numerator='stalking_protected_count',
        place_types=['station', 'city']) }}
    union all
    {{ indicator_rows('child_abuse_call_rate', ref('fct_measures_child_abuse_calls'),
        'child_count', numerator='child_abuse_count',
        is_denominator_final='is_population_final') }}
    union all
    {{ indicator_rows('child_abuse_joint_response_share', relational,
        'child_abuse_recorded_count', numerator='child_abuse_joint_count',
        place_types=['district']) }}
{%- endmacro %}
