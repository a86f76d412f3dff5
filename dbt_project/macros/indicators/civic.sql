{# Indicators of ordinances and participation. #}
{% macro indicators_of_civic() -%}
    {%- set ordinances = ref('fct_measures_ordinances') -%}
    {{ indicator_rows('ordinance_enacted_count', ordinances, numerator='ordinance_count') }}
{%- endmacro %}
