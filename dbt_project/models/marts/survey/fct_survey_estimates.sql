with answers as (
    select * from {{ ref('fct_survey_answers') }}
),

-- One row per answered question; 100 and 0 make a mean a percentage.
asked as (
    select
        answers.district_code,
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
),

final as (
    select
        case when district_code is null then 'city' else 'district' end as place_type,
        coalesce(district_code, '26') as place_code,
        question,
        survey_year,
        count(*) as answer_count,
        sum(design_weight) as weight_sum,
        sum(design_weight * answer) as weighted_sum,
        trim_scale(round(sum(design_weight * answer) / sum(design_weight), 9)) as estimate,
        -- Kish: what the unequal weights leave of the sample, district and city apart.
        trim_scale(
            round(power(sum(design_weight), 2) / sum(power(design_weight, 2)), 9)
        ) as effective_count,
        bool_or(is_synthetic) as is_synthetic
    from asked
    group by grouping sets ((survey_year, question, district_code), (survey_year, question))
)

select * from final
