{# Indicators of recorded crime and prevention zones. #}
{% macro indicators_of_crimes() -%}
    {%- set crimes = ref('fct_measures_crimes') -%}
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
{%- endmacro %}
