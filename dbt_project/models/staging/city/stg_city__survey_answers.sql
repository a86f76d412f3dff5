with rows_sent as (
    select * from {{ source('raw', 'current_city_citizen_survey') }}
),

final as (
    select
        respondent_id,
        survey_year,
        district_code,
        sex,
        age_band,
        design_weight,
        case
            when awareness in ('잘 안다', '들어본 적 있다') then true when awareness = '모른다' then false
        end as is_aware,
        case
            when night_walk_feeling in ('불안', '매우 불안') then true
            when night_walk_feeling in ('보통', '안전', '매우 안전') then false
        end as is_afraid_at_night,
        safety_crime_score,
        safety_traffic_score,
        safety_order_score,
        living_lab_score,
        _batch_id as batch_id,
        _line as line
    from rows_sent
)

select * from final
