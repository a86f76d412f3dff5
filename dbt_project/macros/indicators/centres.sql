{# Indicators of the relief centre, the mental emergency centre and crowded events. #}
{% macro indicators_of_centres() -%}
    {%- set relief = ref('fct_measures_relief_centre') -%}
    {%- set mental = ref('fct_measures_mental_centre') -%}
    {%- set events = ref('fct_measures_events') -%}
    {%- set months = "period_type = 'month'" -%}
    {%- set quarters = "period_type = 'quarter'" -%}
    {{ indicator_rows('intox_center_admissions', relief, numerator='admission_count',
        where=months) }}
    union all
    {{ indicator_rows('intox_center_mean_stay_hours', relief, 'discharged_count',
        numerator='stay_hours', where=months) }}
    union all
    {{ indicator_rows('intox_center_er_transfer_share', relief, 'outcome_count',
        numerator='er_count', where=months) }}
    union all
    {{ indicator_rows('intox_repeat_share', relief, 'person_count',
        numerator='repeat_person_count', where=quarters) }}
    union all
    {{ indicator_rows('mental_joint_response_count', mental, numerator='joint_count',
        where=months) }}
    union all
    {{ indicator_rows('mental_emergency_admission_share', mental, 'joint_count',
        numerator='emergency_admission_count', where=quarters) }}
    union all
    {{ indicator_rows('mental_handling_time_median', mental, 'closed_count',
        measured_value='median_handling_minutes', where=quarters) }}
    union all
    {{ indicator_rows('event_incident_rate', events, 'attendance_count',
        numerator='incident_count') }}
{%- endmacro %}
