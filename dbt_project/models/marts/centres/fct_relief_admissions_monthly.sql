with admissions as (
    select * from {{ ref('fct_relief_admissions') }}
),

final as (
    select
        coalesce(district_code, '미상') as found_in,
        coalesce(outcome, '미상') as outcome,
        count(*) as admission_count,
        sum(stay_hours) as stay_hours,
        bool_or(is_synthetic) as is_synthetic,
        date_trunc('month', admitted_on)::date as month
    from admissions
    group by
        date_trunc('month', admitted_on), coalesce(district_code, '미상'),
        coalesce(outcome, '미상')
)

select * from final
