{# Indicators of programmes for people: guards, Happy Home, abuse officers, keepers, schools. #}
{% macro indicators_of_people() -%}
    {%- set guards = ref('fct_measures_private_guards') -%}
    {%- set programme = ref('fct_measures_happy_home') -%}
    {{ indicator_rows('protected_victim_revictim_rate', guards, 'guarded_person_count',
        numerator='revictimised_person_count', is_partial_period='is_follow_up_partial',
        where="period_type = 'year'") }}
    union all
    {{ indicator_rows('private_guard_days', guards, numerator='guard_day_count',
        where="period_type = 'quarter'") }}
    union all
    {{ indicator_rows('happy_home_completion_rate', programme, 'participation_count',
        numerator='completed_count', where="period_type = 'quarter'") }}
    union all
    {{ indicator_rows('happy_home_reoffence_rate', programme, 'participation_count',
        numerator='rereported_participation_count', is_partial_period='is_follow_up_partial',
        where="period_type = 'year'") }}
    union all
    {{ indicator_rows('happy_home_reoffence_rate', programme, 'non_participation_count',
        numerator='rereported_non_participation_count', subgroup="'non_participant'",
        is_partial_period='is_follow_up_partial', where="period_type = 'year'") }}
    union all
    {{ indicator_rows('happy_home_satisfaction', programme, 'victim_answer_count',
        numerator='victim_positive_count', subgroup="'victim'",
        where="period_type = 'year'") }}
    union all
    {{ indicator_rows('happy_home_satisfaction', programme, 'perpetrator_answer_count',
        numerator='perpetrator_positive_count', subgroup="'perpetrator'",
        where="period_type = 'year'") }}
    union all
    {{ indicator_rows('apo_cases_per_officer', ref('fct_measures_apo'), 'officer_count',
        numerator='monitored_household_count') }}
    union all
    {{ indicator_rows('child_keeper_coverage', ref('fct_measures_child_keepers'),
        'primary_school_count', numerator='covered_school_count') }}
    union all
    {{ indicator_rows('school_violence_victim_rate', ref('fct_measures_school_violence'),
        'respondent_count', numerator='victim_count', subgroup='subgroup') }}
{%- endmacro %}
