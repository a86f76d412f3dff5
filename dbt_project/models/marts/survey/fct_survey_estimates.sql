with answers as (
    select * from {{ ref('fct_survey_answers') }}
),

asked as (
    {{ survey_questions() }}
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
