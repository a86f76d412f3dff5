{# Indicators of traffic. #}
{% macro indicators_of_traffic() -%}
    {%- set deaths = ref('fct_measures_traffic_deaths') -%}
    {%- set accidents = ref('fct_measures_traffic_accidents') -%}
    {%- set statistics = ref('fct_measures_traffic_statistics') -%}
    {%- set licences = ref('fct_measures_licence_returns') -%}
    {{ indicator_rows('traffic_death_rate', deaths, 'mean_resident_count',
        numerator='death_count', is_denominator_final='is_population_final') }}
    union all
    {{ indicator_rows('school_zone_child_accidents_rate', statistics, 'child_zone_count',
        numerator='school_zone_child_accident_count') }}
    union all
    {{ indicator_rows('traffic_injury_accident_rate', accidents, 'mean_resident_count',
        numerator='injury_accident_count', is_denominator_final='is_population_final',
        where="period_type = 'month'") }}
    union all
    {{ indicator_rows('epdo_rate', accidents, 'mean_resident_count',
        numerator='epdo_points', is_denominator_final='is_population_final',
        where="period_type = 'year'") }}
    union all
    {{ indicator_rows('elderly_pedestrian_casualty_rate', statistics, 'elderly_count',
        numerator='elderly_pedestrian_casualty_count',
        is_denominator_final='is_population_final') }}
    union all
    {# No source gives the registered two-wheelers of a district: there is no denominator. #}
    {{ indicator_rows('two_wheeler_accident_rate', accidents,
        numerator='two_wheeler_accident_count', where="period_type = 'year'") }}
    union all
    {{ indicator_rows('licence_return_rate_65', licences, 'holder_count',
        numerator='return_count') }}
{%- endmacro %}
