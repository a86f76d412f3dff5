{# Indicators of urgent money and of the programmes' budget. #}
{% macro indicators_of_money() -%}
    {%- set urgent = ref('fct_measures_urgent_budget') -%}
    {%- set budget = ref('fct_measures_budget') -%}
    {{ indicator_rows('urgent_budget_lead_days', urgent, 'payment_count',
        measured_value='median_lead_days') }}
    union all
    {{ indicator_rows('budget_execution_rate', budget, 'current_won',
        numerator='executed_won') }}
{%- endmacro %}
