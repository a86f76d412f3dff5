with cases as (
    select * from {{ ref('fct_relational_cases') }}
),

final as (
    select
        district_code,
        station_code,
        kind,
        count(*) as case_count,
        count(distinct household_id) as household_count,
        count(*) filter (where is_accepted) as accepted_count,
        count(*) filter (where has_measure) as measure_count,
        count(*) filter (where is_accepted and has_measure) as accepted_measure_count,
        count(*) filter (where is_joint_response) as joint_response_count,
        count(is_joint_response) as joint_response_recorded_count,
        bool_or(is_synthetic) as is_synthetic,
        month
    from cases
    group by month, district_code, station_code, kind
)

select * from final
