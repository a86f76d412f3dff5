-- One row per question, wave, district, sex and age band, also where nobody answered: which of them
-- are empty is not published, so nobody may be taken to know it.
with

answers as (
    select * from marts_restricted.fct_survey_answers
),

asked as (
    select
        questions.question,
        answers.survey_year,
        answers.district_code,
        answers.sex,
        answers.age_band
    from answers
    cross join lateral (
        values
        ('aware', answers.is_aware is not null),
        ('afraid_at_night', answers.is_afraid_at_night is not null),
        ('safety_crime', answers.safety_crime_score is not null),
        ('safety_traffic', answers.safety_traffic_score is not null),
        ('safety_order', answers.safety_order_score is not null),
        (
            'safety_all',
            num_nulls(
                answers.safety_crime_score,
                answers.safety_traffic_score,
                answers.safety_order_score
            ) = 0
        ),
        ('living_lab', answers.living_lab_score is not null)
    ) as questions (question, is_answered)
    where questions.is_answered
),

waves as (
    select distinct question, survey_year from asked
),

districts as (
    select distinct district_code from asked
),

sexes as (
    select distinct sex from asked
),

age_bands as (
    select distinct age_band from asked
),

answered as (
    select
        *,
        1 as event_count
    from asked
    union all
    select
        waves.question,
        waves.survey_year,
        districts.district_code,
        sexes.sex,
        age_bands.age_band,
        0 as event_count
    from waves
    cross join districts
    cross join sexes
    cross join age_bands
)

select
    question,
    survey_year,
    district_code,
    sex,
    age_band,
    sum(event_count) as event_count
from answered
group by 1, 2, 3, 4, 5
