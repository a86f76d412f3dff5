with surveys as (
    select * from {{ source('raw', 'current_education_school_violence') }}
),

final as (
    select
        survey_year,
        survey_round,
        survey_kind,
        district_code,
        school_level,
        school_count,
        pupil_count,
        respondent_count,
        victim_count,
        reported_count as report_count,
        deliberated_count,
        coalesce('total' = any(_flags), false) as is_total,
        reference_date,
        _batch_id as batch_id,
        _line as line
    from surveys
)

select * from final
