with responses as (
    select * from {{ ref('fct_mental_responses') }}
),

final as (
    select
        coalesce(district_code, '미상') as happened_in,
        coalesce(admission_kind, '미상') as admission_kind,
        count(*) as response_count,
        count(*) filter (where is_joint) as joint_count,
        bool_or(is_synthetic) as is_synthetic,
        date_trunc('month', received_on)::date as month
    from responses
    group by
        date_trunc('month', received_on),
        coalesce(district_code, '미상'),
        coalesce(admission_kind, '미상')
)

select * from final
