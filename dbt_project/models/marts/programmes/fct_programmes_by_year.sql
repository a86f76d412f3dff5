with programmes as (
    select * from {{ ref('fct_programmes') }}
),

budgets as (
    select * from {{ ref('int_programmes__budgeted') }}
),

budget_codes as (
    select distinct programme_id
    from {{ ref('programme_budget_codes') }}
    union
    select 'policy_budget' as programme_id
),

participation as (
    select * from {{ ref('fct_participation_years') }}
),

programme_targets as (
    select * from {{ ref('programme_targets') }}
),

bridge as (
    select * from {{ ref('bridge_programme_indicator') }}
    where indicator_role = 'output'
),

dim_indicator as (
    select * from {{ ref('dim_indicator') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
),

city_values as (
    select * from {{ ref('fct_indicator_value') }}
    where place_type = 'city' and subgroup = 'all'
),

bounds as (
    select
        min(fiscal_year)::integer as first_year,
        max(fiscal_year)::integer as last_year,
        max(as_of_date) as newest_date,
        bool_or(is_synthetic) as is_synthetic
    from budgets
    having count(*) > 0
),

years as (
    select
        calendar.fiscal_year,
        bounds.newest_date,
        bounds.is_synthetic
    from bounds
    cross join
        lateral generate_series(bounds.first_year, bounds.last_year) as calendar (fiscal_year)
),

-- Outputs that add up over a year: counts of what happened. A state at the period's end (an
-- ordinance in force) has a target and is told as coverage.
counted_outputs as (
    select
        bridge.programme_id,
        dim_indicator.indicator_id,
        dim_indicator.definition_version,
        dim_indicator.unit,
        dim_indicator.frequency,
        dim_indicator.earliest_period,
        dim_indicator.suppression_class <> 'none' as is_about_people
    from bridge
    inner join dim_indicator
        on bridge.indicator_id = dim_indicator.indicator_id
    left join programme_targets
        on bridge.indicator_id = programme_targets.indicator_id
    where
        dim_indicator.value_kind = 'count'
        and programme_targets.indicator_id is null
),

indicator_outputs as (
    select
        counted_outputs.programme_id,
        counted_outputs.indicator_id as output_id,
        counted_outputs.unit as output_unit,
        extract(year from dim_period.period_start)::integer as fiscal_year,
        sum(city_values.numerator) as output_count,
        counted_outputs.is_about_people,
        count(city_values.numerator) < count(*)
        or bool_or(city_values.is_partial_period) as is_partial,
        max(city_values.data_as_of) filter (where city_values.numerator is not null) as data_as_of
    from counted_outputs
    inner join dim_period
        on
            counted_outputs.frequency = dim_period.period_type
            and counted_outputs.earliest_period <= dim_period.period_start
    left join city_values
        on
            counted_outputs.indicator_id = city_values.indicator_id
            and counted_outputs.definition_version = city_values.definition_version
            and dim_period.period_start = city_values.period_start
    group by
        counted_outputs.programme_id, counted_outputs.indicator_id, counted_outputs.unit,
        counted_outputs.is_about_people, extract(year from dim_period.period_start)
),

outputs as (
    select * from indicator_outputs
    union all
    select
        programme_id,
        'activities' as output_id,
        'activities' as output_unit,
        activity_year as fiscal_year,
        session_count + proposal_count + evaluation_count as output_count,
        false as is_about_people,
        is_partial_period as is_partial,
        data_as_of
    from participation
),

has_output as (
    select distinct on (programme_id)
        programme_id,
        output_id,
        output_unit
    from outputs
    order by programme_id asc, output_id asc
),

-- The newest target stated up to the year, and the last state known in it.
stated as (
    select distinct on (programme_targets.programme_id, years.fiscal_year)
        programme_targets.programme_id,
        years.fiscal_year,
        programme_targets.indicator_id,
        programme_targets.component,
        programme_targets.target_version,
        programme_targets.target_value,
        programme_targets.unit
    from programme_targets
    inner join years
        on left(programme_targets.stated_on, 4)::integer <= years.fiscal_year
    order by
        programme_targets.programme_id asc, years.fiscal_year asc,
        programme_targets.target_version desc
),

reached as (
    select distinct on (stated.programme_id, stated.fiscal_year)
        stated.programme_id,
        stated.fiscal_year,
        case stated.component
            when 'numerator' then city_values.numerator
            when 'denominator' then city_values.denominator
            when 'value' then city_values.value
        end as reached_value,
        city_values.data_as_of
    from stated
    inner join city_values
        on
            stated.indicator_id = city_values.indicator_id
            and stated.fiscal_year = extract(year from city_values.period_end)
            and city_values.value is not null
    order by
        stated.programme_id asc, stated.fiscal_year asc, city_values.period_end desc,
        city_values.definition_version desc
),

final as (
    select
        programmes.programme_id,
        programmes.catalogue_number,
        programmes.name_ko,
        programmes.name_en,
        programmes.holder_ko,
        years.fiscal_year::smallint as fiscal_year,
        budgets.programme_codes,
        programmes.evaluation_status,
        programmes.evaluation_design,
        has_output.output_id,
        has_output.output_unit,
        stated.unit as target_unit,
        budgets.planned_won,
        budgets.current_won,
        budgets.executed_won,
        trim_scale(
            round(budgets.executed_won * 100.0 / nullif(budgets.current_won, 0), 2)
        ) as execution_pct,
        outputs.output_count,
        stated.target_version,
        stated.target_value,
        reached.reached_value,
        trim_scale(
            round(reached.reached_value / nullif(stated.target_value, 0) * 100, 2)
        ) as coverage_pct,
        budget_codes.programme_id is not null as has_budget_line,
        coalesce(budgets.is_shared, false) as is_budget_shared,
        -- An open year goes on being executed.
        coalesce(
            budgets.as_of_date < make_date(years.fiscal_year, 12, 31), false
        ) as is_budget_partial,
        coalesce(outputs.is_about_people, false) as is_output_about_people,
        coalesce(outputs.is_partial, false) as is_output_partial,
        years.is_synthetic or programmes.is_synthetic as is_synthetic,
        budgets.as_of_date as budget_as_of,
        coalesce(
            greatest(budgets.as_of_date, outputs.data_as_of, reached.data_as_of), years.newest_date
        ) as data_as_of
    from programmes
    cross join years
    left join budget_codes
        on programmes.programme_id = budget_codes.programme_id
    left join budgets
        on
            programmes.programme_id = budgets.programme_id
            and years.fiscal_year = budgets.fiscal_year
    left join has_output
        on programmes.programme_id = has_output.programme_id
    left join outputs
        on
            has_output.programme_id = outputs.programme_id
            and has_output.output_id = outputs.output_id
            and years.fiscal_year = outputs.fiscal_year
    left join stated
        on
            programmes.programme_id = stated.programme_id
            and years.fiscal_year = stated.fiscal_year
    left join reached
        on
            programmes.programme_id = reached.programme_id
            and years.fiscal_year = reached.fiscal_year
)

select * from final
