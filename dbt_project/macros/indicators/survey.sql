{# Indicators of the citizens' survey: weighted shares and means, so the city has its own rows. #}
{% macro indicators_of_survey() -%}
    {%- set survey = ref('fct_measures_survey') -%}
    {%- for part in ['all', 'crime', 'traffic', 'order'] %}
    {{ indicator_rows('perceived_safety_score', survey, 'answer_count',
        measured_value='estimate', subgroup="'" ~ part ~ "'",
        where="question = 'safety_" ~ part ~ "'") }}
    union all
    {%- endfor %}
    {{ indicator_rows('autonomous_police_awareness_rate', survey, 'weight_sum',
        numerator='weighted_sum / 100', where="question = 'aware'") }}
    union all
    {{ indicator_rows('night_walk_fear_share', survey, 'weight_sum',
        numerator='weighted_sum / 100', where="question = 'afraid_at_night'") }}
    union all
    {{ indicator_rows('living_lab_citizen_score', survey, 'answer_count',
        measured_value='estimate', place_types=['city'], where="question = 'living_lab'") }}
{%- endmacro %}
