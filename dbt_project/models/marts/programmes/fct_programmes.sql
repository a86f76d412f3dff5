with dim_programme as (
    select * from {{ ref('dim_programme') }}
),

bridge as (
    select * from {{ ref('bridge_programme_indicator') }}
),

targets as (
    select distinct on (programme_id) *
    from {{ ref('programme_targets') }}
    order by programme_id asc, target_version desc
),

budgets as (
    select distinct on (programme_id) *
    from {{ ref('int_programmes__budgeted') }}
    order by programme_id asc, fiscal_year desc
),

-- The city's newest period with a value, of the newest version that has one.
newest_values as (
    select distinct on (indicator_id)
        indicator_id,
        definition_version,
        period_type,
        value_status,
        numerator,
        denominator,
        value,
        is_synthetic,
        period_start,
        period_end,
        data_as_of
    from {{ ref('fct_indicator_value') }}
    where
        place_type = 'city'
        and subgroup = 'all'
        and value is not null
    order by indicator_id asc, period_end desc, is_partial_period asc, definition_version desc
),

activities as (
    select
        programme_id,
        count(*) filter (where activity_kind = '회의') as meeting_count,
        count(*) filter (where activity_kind = '제안') as proposal_count,
        count(*) filter (where activity_kind = '평가') as evaluation_count,
        sum(adopted_count) as adopted_count,
        sum(completed_count) as completed_count,
        round(avg(panel_score), 2) as mean_panel_score,
        bool_or(is_synthetic) as is_synthetic,
        max(reference_date) as data_as_of
    from {{ ref('fct_participation_activities') }}
    group by programme_id
),

dim_indicator as (
    select distinct on (indicator_id)
        indicator_id,
        unit
    from {{ ref('dim_indicator') }}
    order by indicator_id asc, definition_version desc
),

-- One text a role: the indicator with its city value, unit and period, or that it has none.
told as (
    select
        bridge.programme_id,
        string_agg(
            bridge.indicator_id, '|' order by bridge.indicator_id
        ) filter (where bridge.indicator_role = 'output') as output_indicator_ids,
        string_agg(
            bridge.indicator_id, '|' order by bridge.indicator_id
        ) filter (where bridge.indicator_role = 'outcome') as outcome_indicator_ids,
        string_agg(
            bridge.indicator_id, '|' order by bridge.indicator_id
        ) filter (where bridge.indicator_role = 'satisfaction') as satisfaction_indicator_ids,
        {% for role in ['input', 'output', 'outcome', 'satisfaction'] -%}
            jsonb_object_agg(
                bridge.indicator_id,
                jsonb_build_object(
                    'value', newest_values.value,
                    'unit', dim_indicator.unit,
                    'period_type', newest_values.period_type,
                    'period_start', newest_values.period_start,
                    'definition_version', newest_values.definition_version,
                    'value_status', coalesce(newest_values.value_status, 'not_reported')
                )
            ) filter (where bridge.indicator_role = '{{ role }}') as {{ role }}_values,
        {% endfor -%}
        count(newest_values.value) as held_indicator_count,
        count(*) as indicator_count,
        bool_or(newest_values.is_synthetic) as is_synthetic,
        max(newest_values.data_as_of) as data_as_of
    from bridge
    inner join dim_indicator
        on bridge.indicator_id = dim_indicator.indicator_id
    left join newest_values
        on bridge.indicator_id = newest_values.indicator_id
    group by bridge.programme_id
),

reached as (
    select
        targets.*,
        newest_values.is_synthetic,
        newest_values.period_end as reached_on,
        case targets.component
            when 'numerator' then newest_values.numerator
            when 'denominator' then newest_values.denominator
            when 'value' then newest_values.value
        end as reached_value
    from targets
    left join newest_values
        on targets.indicator_id = newest_values.indicator_id
),

final as (
    select
        dim_programme.programme_id,
        dim_programme.catalogue_number,
        dim_programme.name_ko,
        dim_programme.name_en,
        dim_programme.holder_ko,
        dim_programme.source_ids,
        dim_programme.evaluation_design,
        dim_programme.plan_ids,
        case
            when dim_programme.evaluation_design like 'refused%' then 'refused'
            -- Who took part chose to: told side by side, never as an effect.
            when dim_programme.evaluation_design = 'self_selected_description' then 'descriptive'
            when dim_programme.plan_ids is not null then 'planned'
            else dim_programme.evaluation_design
        end as evaluation_status,
        budgets.programme_codes as budget_codes,
        targets.unit as target_unit,
        targets.source as target_source,
        told.output_indicator_ids,
        told.outcome_indicator_ids,
        told.satisfaction_indicator_ids,
        told.input_values,
        told.output_values,
        told.outcome_values,
        told.satisfaction_values,
        budgets.fiscal_year as budget_year,
        budgets.planned_won,
        budgets.current_won,
        budgets.executed_won,
        targets.target_version,
        targets.target_value,
        targets.reached_value,
        round(targets.reached_value / nullif(targets.target_value, 0) * 100, 2) as coverage_pct,
        activities.meeting_count,
        activities.proposal_count,
        activities.evaluation_count,
        activities.adopted_count,
        activities.completed_count,
        activities.mean_panel_score,
        coalesce(told.indicator_count, 0) as indicator_count,
        coalesce(told.held_indicator_count, 0) as held_indicator_count,
        budgets.is_shared as is_budget_shared,
        coalesce(told.is_synthetic, false)
        or coalesce(budgets.is_synthetic, false)
        or coalesce(activities.is_synthetic, false)
        or coalesce(targets.is_synthetic, false) as is_synthetic,
        budgets.as_of_date as budget_as_of,
        targets.reached_on,
        greatest(budgets.as_of_date, activities.data_as_of, told.data_as_of) as data_as_of
    from dim_programme
    left join budgets
        on dim_programme.programme_id = budgets.programme_id
    left join activities
        on dim_programme.programme_id = activities.programme_id
    left join told
        on dim_programme.programme_id = told.programme_id
    left join reached as targets
        on dim_programme.programme_id = targets.programme_id
)

select * from final
