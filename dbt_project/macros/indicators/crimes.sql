{# Indicators of recorded crime and prevention zones. #}
{% macro indicators_of_crimes() -%}
    {%- set crimes = ref('fct_measures_crimes') -%}
    {%- set incidents = ref('fct_measures_crime_incidents') -%}
    {%- set zones = ref('fct_measures_crime_zones') -%}
    {%- set zone_works = ref('fct_measures_zone_works') -%}
    {%- set by_month = "place_type = 'district' and period_type = 'month'" -%}
    {%- set by_quarter = "place_type = 'district' and period_type = 'quarter'" -%}
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
    {{ indicator_rows('five_major_crime_rate', incidents, 'mean_resident_count',
        numerator='five_major_count', definition_version=2,
        is_denominator_final='is_population_final', where=by_month) }}
    union all
    {{ indicator_rows('violent_crime_rate', incidents, 'mean_resident_count',
        numerator='violent_count', definition_version=2,
        is_denominator_final='is_population_final', where=by_month) }}
    union all
    {{ indicator_rows('theft_rate', incidents, 'mean_resident_count',
        numerator='theft_count', definition_version=2,
        is_denominator_final='is_population_final', where=by_month) }}
    union all
    {{ indicator_rows('street_night_crime_rate', incidents, 'mean_resident_count',
        numerator='street_night_count', is_denominator_final='is_population_final',
        where=by_month) }}
    union all
    {{ indicator_rows('five_major_clearance_rate', incidents, 'five_major_count',
        numerator='cleared_count', where=by_quarter) }}
    union all
    {{ indicator_rows('crime_harm_index_rate', incidents, 'mean_resident_count',
        numerator='harm_days', is_denominator_final='is_population_final',
        where=by_quarter) }}
    union all
    {{ indicator_rows('abnormal_motive_crime_count', incidents,
        numerator='abnormal_motive_count',
        where="place_type = 'city' and period_type = 'quarter'") }}
    union all
    {{ indicator_rows('zone_improvement_rate', zones, 'designated_zone_count',
        numerator='improved_zone_count') }}
    union all
    {{ indicator_rows('zone_crime_rate_ratio', zone_works, 'expected_count',
        numerator='zone_after_count', is_applicable='has_comparison') }}
    union all
    {{ indicator_rows('zone_wdq', zone_works, 'located_count',
        measured_value='displacement_quotient', is_applicable='has_displacement_basis') }}
{%- endmacro %}
