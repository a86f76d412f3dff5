-- One row per effect. With one to threshold - 1 events in any of its four cells the whole row of
-- numbers is hidden, because the estimate and three cells give the fourth. The points of its picture
-- are hidden too when any of them is such a count. Counts of whole districts, stations or the city
-- are sums of cells that other datasets publish rounded or hidden: such a design shows ratios alone
-- (ADR 25). A design or series that is not known is taken for one of these.
with

judged as (
    select
        effects.*,
        exists (
            select 1
            from
                unnest(array[
                    effects.treated_before,
                    effects.treated_after,
                    effects.control_before,
                    effects.control_after
                ]) as cell (event_count)
            where cell.event_count > 0 and cell.event_count < %(threshold)s::numeric
        ) as is_hidden,
        effects.design in (
            'staggered_did_rate_ratio',
            'empirical_bayes_before_after',
            'zones_with_buffers',
            'group_time_ratio'
        ) as has_counts
    from evaluation.fct_policy_effect as effects
    where effects.is_public
),

drawn as (
    select
        judged.*,
        case
            when not judged.is_hidden and judged.points <> '[]' and not exists (
                select 1
                from jsonb_to_recordset(judged.points) as point (series text, value numeric)
                where
                    not coalesce(
                        point.series in ('naive', 'empirical_bayes', 'event_study')
                        or judged.has_counts
                        and point.series in ('treated', 'comparison', 'buffer')
                        and not (point.value > 0 and point.value < %(threshold)s::numeric),
                        false
                    )
            ) then judged.points
        end as shown_points
    from judged
)

insert into disclosed.policy_effects (
    effect_id,
    programme_id,
    plan_id,
    title_ko,
    title_en,
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
)
select
    effect_id,
    programme_id,
    plan_id,
    title_ko,
    title_en,
    plan_hash,
    plan_changed,
    outcome_id,
    outcome_name_ko,
    outcome_name_en,
    design,
    case when not is_hidden then estimate end as estimate,
    estimate_unit,
    desired_direction,
    case when not is_hidden then lower_95 end as lower_95,
    case when not is_hidden then upper_95 end as upper_95,
    case when not is_hidden then p_value end as p_value,
    family,
    family_size,
    case when not is_hidden then p_adjusted end as p_adjusted,
    adjustment,
    case when not is_hidden then family_note_ko end as family_note_ko,
    case when not is_hidden then family_note_en end as family_note_en,
    case when not is_hidden then mde end as mde,
    verdict,
    case when not is_hidden and has_counts then treated_before end as treated_before,
    case when not is_hidden and has_counts then treated_after end as treated_after,
    case when not is_hidden and has_counts then control_before end as control_before,
    case when not is_hidden and has_counts then control_after end as control_after,
    treated_units,
    control_units,
    case when not is_hidden then overdispersion end as overdispersion,
    maryland_scale,
    case
        when not is_hidden then emmie
        else
            jsonb_set(
                emmie, '{effect}',
                jsonb_build_object('ko', %(sentence_ko)s::text, 'en', %(sentence_en)s::text)
            )
    end as emmie,
    threats,
    change_our_mind,
    shown_points as points,
    case when not is_hidden then sentence_ko else %(sentence_ko)s::text end as sentence_ko,
    case when not is_hidden then sentence_en else %(sentence_en)s::text end as sentence_en,
    case when is_hidden then 'suppressed' else value_status end as value_status,
    before_start,
    before_end,
    after_start,
    after_end,
    data_as_of,
    is_synthetic
from drawn
