with citizen_survey as (
    select * from {{ source('disclosed', 'citizen_survey') }}
),

final as (
    select
        question,
        question_name_ko,
        question_name_en,
        survey_year,
        group_kind,
        group_code,
        group_name_ko,
        group_name_en,
        respondent_count,
        estimate,
        lower_95,
        upper_95,
        interval_method,
        unit,
        value_status,
        data_as_of,
        is_synthetic
    from citizen_survey
)

select * from final
