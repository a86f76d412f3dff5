{# Indicators of cameras, routes and other places. #}
{% macro indicators_of_places() -%}
    {%- set routes = ref('fct_measures_safe_routes') -%}
    {%- set facilities = ref('fct_measures_facilities') -%}
    {{ indicator_rows('safe_route_improvement_rate', routes, 'designated_route_count',
        numerator='improved_route_count') }}
    union all
    {{ indicator_rows('safe_route_facility_density', facilities, 'length_km',
        numerator='facility_count', where="facility_type = 'safe_route'") }}
    union all
    {{ indicator_rows('cctv_security_rate', facilities, 'resident_count',
        numerator='facility_count', where="facility_type = 'cctv'") }}
{%- endmacro %}
