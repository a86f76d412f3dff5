-- One row per respondent: perceived safety (mean of crime, traffic and order, null when one of them
-- was not answered), design weight, and the first day of dog patrols in the district. Of the wave
-- only the year is known: its last day stands for it.
with

patrols as (
    select
        district_code,
        min(patrolled_on) as started_on
    from marts.fct_patrols
    where patrol_kind = 'dog'
    group by district_code
)

select
    answers.district_code as unit,
    make_date(answers.survey_year, 12, 31) as asked_on,
    (
        answers.safety_crime_score + answers.safety_traffic_score + answers.safety_order_score
    ) / 3.0 as answer,
    answers.design_weight,
    patrols.started_on
from marts_restricted.fct_survey_answers as answers
left join patrols
    on answers.district_code = patrols.district_code
where make_date(answers.survey_year, 12, 31) between %(study_from)s and %(study_to)s
order by asked_on, unit, answers.respondent_id
