with surveys as (
    select * from {{ ref('stg_education__school_violence_surveys') }}
    where not is_total
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        surveys.district_code,
        surveys.school_level,
        surveys.survey_round,
        surveys.survey_kind,
        surveys.survey_year,
        surveys.school_count,
        surveys.pupil_count,
        surveys.respondent_count,
        surveys.victim_count,
        surveys.report_count,
        surveys.deliberated_count,
        batches.is_synthetic,
        make_date(
            surveys.survey_year, case when surveys.survey_round = '1차' then 1 else 7 end, 1
        ) as half_start,
        surveys.reference_date,
        surveys.batch_id
    from surveys
    inner join batches
        on surveys.batch_id = batches.batch_id
)

select * from final
