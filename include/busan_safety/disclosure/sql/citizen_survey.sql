-- One row per question, group and wave; the grid is complete. With fewer respondents than the
-- threshold the number of respondents, the estimate and its interval are hidden together.
with

estimates as (
    select * from marts.fct_survey_group_estimates
),

questions (question, question_name_ko, question_name_en, unit) as (
    values
    ('aware', '자치경찰 인지도', 'Aware of the autonomous police', '%%'),
    ('afraid_at_night', '야간 보행이 불안함', 'Afraid to walk at night', '%%'),
    ('safety_all', '체감안전도(종합)', 'Perceived safety, all three', 'points of 100'),
    ('safety_crime', '체감안전도(범죄)', 'Perceived safety from crime', 'points of 100'),
    ('safety_traffic', '체감안전도(교통)', 'Perceived safety in traffic', 'points of 100'),
    ('safety_order', '체감안전도(질서)', 'Perceived public order', 'points of 100'),
    ('living_lab', '치안리빙랩 시민평가', 'Score of the living lab', 'points of 100')
),

waves as (
    select
        survey_year,
        max(data_as_of) as data_as_of,
        bool_or(is_synthetic) as is_synthetic
    from estimates
    group by survey_year
),

asked as (
    select distinct
        survey_year,
        question
    from estimates
),

groups as (
    select
        'city' as group_kind,
        '26' as group_code,
        '부산광역시' as group_name_ko,
        'Busan' as group_name_en
    union all
    select
        'district' as group_kind,
        district_code as group_code,
        name_ko as group_name_ko,
        name_en as group_name_en
    from marts.dim_district
    union all
    select distinct
        group_kind,
        group_code,
        group_code as group_name_ko,
        case group_code when '남' then 'Men' when '여' then 'Women' else group_code end
            as group_name_en
    from estimates
    where group_kind in ('sex', 'age_band')
),

judged as (
    select
        questions.*,
        groups.*,
        waves.survey_year,
        waves.data_as_of,
        waves.is_synthetic,
        estimates.estimate,
        estimates.lower_95,
        estimates.upper_95,
        estimates.interval_method,
        -- A question that was asked and that nobody of the group answered has zero respondents.
        case
            when asked.question is not null then coalesce(estimates.answer_count, 0)
        end as respondent_count,
        coalesce(estimates.answer_count < %(threshold)s::numeric, false) as is_hidden
    from waves
    cross join questions
    cross join groups
    left join asked
        on
            waves.survey_year = asked.survey_year
            and questions.question = asked.question
    left join estimates
        on
            waves.survey_year = estimates.survey_year
            and questions.question = estimates.question
            and groups.group_kind = estimates.group_kind
            and groups.group_code = estimates.group_code
)

insert into disclosed.citizen_survey
select
    question,
    question_name_ko,
    question_name_en,
    survey_year,
    group_kind,
    group_code,
    group_name_ko,
    group_name_en,
    case when not is_hidden then respondent_count end as respondent_count,
    case when not is_hidden then round(estimate, 2) end as estimate,
    case when not is_hidden then round(lower_95, 2) end as lower_95,
    case when not is_hidden then round(upper_95, 2) end as upper_95,
    case when not is_hidden then interval_method end as interval_method,
    unit,
    case
        when respondent_count is null then 'not_reported'
        when is_hidden then 'suppressed'
        when respondent_count = 0 then 'not_applicable'
        else 'observed'
    end as value_status,
    data_as_of,
    is_synthetic
from judged
