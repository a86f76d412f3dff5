with cases as (
    select * from {{ source('raw', 'current_police_relational_cases') }}
),

final as (
    select
        case_id,
        household_id,
        -- The term changed in 2024; both name one kind.
        case when kind = '데이트폭력' then '교제폭력' else kind end as kind,
        outcome,
        measure,
        victim_age_band,
        station_code,
        district_code,
        is_joint_response,
        reported_at,
        measured_on,
        _batch_id as batch_id,
        _line as line
    from cases
)

select * from final
