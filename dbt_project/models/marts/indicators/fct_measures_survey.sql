with estimates as (
    select * from {{ ref('fct_survey_estimates') }}
),

questions as (
    select distinct question
    from estimates
),

years as (
    select
        survey_year,
        bool_or(is_synthetic) as is_synthetic
    from estimates
    group by survey_year
),

places as (
    select
        'district' as place_type,
        district_code as place_code
    from {{ ref('dim_district') }}
    union all
    select
        'city' as place_type,
        '26' as place_code
),

final as (
    select
        places.place_type,
        places.place_code,
        'year' as period_type,
        questions.question,
        estimates.answer_count,
        estimates.weight_sum,
        estimates.weighted_sum,
        estimates.estimate,
        estimates.answer_count is not null as is_reported,
        false as is_partial_period,
        years.is_synthetic,
        make_date(years.survey_year, 1, 1) as period_start,
        make_date(years.survey_year, 12, 31) as period_end,
        make_date(years.survey_year, 12, 31) as data_as_of
    from years
    cross join questions
    cross join places
    left join estimates
        on
            years.survey_year = estimates.survey_year
            and questions.question = estimates.question
            and places.place_type = estimates.place_type
            and places.place_code = estimates.place_code
)

select * from final
