with answers as (
    select * from {{ ref('fct_survey_answers') }}
),

asked as (
    {{ survey_questions() }}
),

grouped as (
    select
        asked.survey_year,
        asked.question,
        asked.answer,
        asked.design_weight,
        asked.is_synthetic,
        groups.group_kind,
        groups.group_code
    from asked
    cross join
        lateral (
            values
            ('city', '26'),
            ('district', asked.district_code),
            ('sex', asked.sex),
            ('age_band', asked.age_band)
        ) as groups (group_kind, group_code)
    where groups.group_code is not null
),

summed as (
    select
        survey_year,
        question,
        group_kind,
        group_code,
        count(*) as answer_count,
        sum(design_weight) as weight_sum,
        sum(design_weight * answer) / sum(design_weight) as estimate,
        -- Kish: what the unequal weights leave of the sample.
        power(sum(design_weight), 2) / sum(power(design_weight, 2)) as effective_count,
        sum(power(design_weight, 2)) as w2,
        sum(power(design_weight, 2) * answer) as w2y,
        sum(power(design_weight, 2) * power(answer, 2)) as w2yy,
        bool_or(is_synthetic) as is_synthetic
    from grouped
    group by survey_year, question, group_kind, group_code
),

-- Taylor linearisation of the weighted mean, drawn with replacement, strata left out: a little
-- wider than with them. One answer has no spread.
spread as (
    select
        *,
        question in ('aware', 'afraid_at_night') as is_share,
        estimate / 100 * effective_count as effective_yes,
        sqrt(
            greatest(w2yy - 2 * estimate * w2y + power(estimate, 2) * w2, 0)
            * answer_count / nullif(answer_count - 1, 0)
        ) / weight_sum as standard_error
    from summed
),

limited as (
    select
        *,
        case
            when is_share then {{ wilson_lower('effective_yes', 'effective_count') }} * 100
            else estimate - {{ z_95() }} * standard_error
        end as lower_limit,
        case
            when is_share then {{ wilson_upper('effective_yes', 'effective_count') }} * 100
            else estimate + {{ z_95() }} * standard_error
        end as upper_limit
    from spread
),

final as (
    select
        question,
        group_kind,
        group_code,
        survey_year,
        case
            when lower_limit is null then null
            when is_share then 'wilson_effective'
            else 'linearised'
        end as interval_method,
        answer_count,
        trim_scale(round(effective_count, 6)) as effective_count,
        trim_scale(round(estimate, 6)) as estimate,
        -- greatest and least skip an empty limit.
        case
            when lower_limit is not null then trim_scale(round(greatest(lower_limit, 0), 6))
        end as lower_95,
        case
            when upper_limit is not null then trim_scale(round(least(upper_limit, 100), 6))
        end as upper_95,
        is_share,
        is_synthetic,
        make_date(survey_year, 12, 31) as data_as_of
    from limited
)

select * from final
