{# Indicators of patrols with dogs and of volunteers. #}
{% macro indicators_of_patrols() -%}
    {%- set dogs = ref('fct_measures_dog_patrols') -%}
    {%- set volunteers = ref('fct_measures_volunteer_patrols') -%}
    {{ indicator_rows('dog_patrol_intensity', dogs, 'team_count', numerator='patrol_count') }}
    union all
    {{ indicator_rows('dog_patrol_report_rate', dogs, 'patrol_count',
        numerator='report_count') }}
    union all
    {{ indicator_rows('volunteer_patrol_hours_rate', volunteers, 'mean_resident_count',
        numerator='joint_patrol_minutes / 60', is_denominator_final='is_population_final') }}
{%- endmacro %}
