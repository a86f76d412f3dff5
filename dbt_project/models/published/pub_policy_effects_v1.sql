with policy_effects as (
    select * from {{ source('disclosed', 'policy_effects') }}
),

final as (
    select
        effect_id,
        programme_id,
        plan_id,
        plan_hash,
        plan_changed,
        outcome_id,
        outcome_name_ko,
        outcome_name_en,
        design,
        estimate,
        estimate_unit,
        desired_direction,
        lower_95,
        upper_95,
        p_value,
        family,
        family_size,
        p_adjusted,
        adjustment,
        family_note_ko,
        family_note_en,
        mde,
        verdict,
        treated_before,
        treated_after,
        control_before,
        control_after,
        treated_units,
        control_units,
        overdispersion,
        maryland_scale,
        emmie,
        threats,
        change_our_mind,
        points,
        sentence_ko,
        sentence_en,
        value_status,
        before_start,
        before_end,
        after_start,
        after_end,
        data_as_of,
        is_synthetic
    from policy_effects
)

select * from final
