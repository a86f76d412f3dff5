{{ config(schema='marts_restricted') }}

with facts as (
    select * from {{ ref('stg_city__survey_answers') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        facts.respondent_id,
        facts.survey_year,
        facts.district_code,
        facts.sex,
        facts.age_band,
        facts.design_weight,
        facts.safety_crime_score,
        facts.safety_traffic_score,
        facts.safety_order_score,
        facts.living_lab_score,
        facts.is_aware,
        facts.is_afraid_at_night,
        batches.is_synthetic,
        facts.batch_id
    from facts
    inner join batches
        on facts.batch_id = batches.batch_id
    where facts.district_code is not null and facts.design_weight > 0
)

select * from final
