{#
    One row per respondent and answered question, over the relation `answers`; 100 and 0 make a
    mean a percentage.
#}
{% macro survey_questions() -%}
    select
        answers.district_code,
        answers.sex,
        answers.age_band,
        answers.survey_year,
        answers.design_weight,
        answers.is_synthetic,
        questions.question,
        questions.answer
    from answers
    cross join
        lateral (
            values
            ('aware', case when answers.is_aware then 100.0 when not answers.is_aware then 0 end),
            (
                'afraid_at_night',
                case
                    when answers.is_afraid_at_night then 100.0
                    when not answers.is_afraid_at_night then 0
                end
            ),
            ('safety_crime', answers.safety_crime_score),
            ('safety_traffic', answers.safety_traffic_score),
            ('safety_order', answers.safety_order_score),
            (
                'safety_all',
                (
                    answers.safety_crime_score
                    + answers.safety_traffic_score
                    + answers.safety_order_score
                ) / 3.0
            ),
            ('living_lab', answers.living_lab_score)
        ) as questions (question, answer)
    where questions.answer is not null
{%- endmacro %}
