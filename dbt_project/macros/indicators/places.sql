{# Indicators of cameras, routes and other places. #}
{% macro indicators_of_places() -%}
    {%- set routes = ref('fct_measures_safe_routes') -%}
    {%- set facilities = ref('fct_measures_facilities') -%}
    {%- set lamps = ref('fct_measures_route_lamps') -%}
    {%- set ages = ref('fct_measures_cctv_age') -%}
    {%- set new_cameras = ref('fct_measures_new_cameras') -%}
    {{ indicator_rows('safe_route_improvement_rate', routes, 'designated_route_count',
        numerator='improved_route_count') }}
    union all
    {{ indicator_rows('safe_route_facility_density', facilities, 'length_km',
        numerator='facility_count', where="facility_type = 'safe_route'") }}
    union all
    {{ indicator_rows('cctv_security_rate', facilities, 'resident_count',
        numerator='facility_count', where="facility_type = 'cctv'") }}
    union all
    {{ indicator_rows('safe_route_lamp_working_share', lamps, 'inspected_lamp_count',
        numerator='passed_lamp_count') }}
    union all
    {{ indicator_rows('cctv_old_share', ages, 'stated_camera_count',
        numerator='old_camera_count') }}
    union all
    {{ indicator_rows('cctv_priority_site_share', new_cameras, 'new_camera_count',
        numerator='priority_camera_count') }}
{%- endmacro %}
