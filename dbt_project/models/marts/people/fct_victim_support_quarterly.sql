with supports as (
    select * from {{ ref('fct_victim_support') }}
),

final as (
    select
        support_kind,
        coalesce(participation, '해당없음') as participation,
        coalesce(person_role, '미상') as person_role,
        count(*) as case_count,
        count(distinct person_id) as person_count,
        sum(guard_day_count) as guard_day_count,
        count(*) filter (where is_completed) as completed_count,
        count(*) filter (where is_revictimised) as revictimised_count,
        count(satisfaction_level) as answer_count,
        count(*) filter (where satisfaction_level >= 4) as positive_answer_count,
        bool_or(is_synthetic) as is_synthetic,
        date_trunc('quarter', started_on)::date as quarter_start
    from supports
    group by
        date_trunc('quarter', started_on),
        support_kind,
        coalesce(participation, '해당없음'),
        coalesce(person_role, '미상')
)

select * from final
