{# Indicators of traffic. #}
{% macro indicators_of_traffic() -%}
    {%- set deaths = ref('fct_measures_traffic_deaths') -%}
    {{ indicator_rows('traffic_death_rate', deaths, 'mean_resident_count',
        numerator='death_count', is_denominator_final='is_population_final') }}
{%- endmacro %}
