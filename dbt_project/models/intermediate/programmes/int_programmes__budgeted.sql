with budget_lines as (
    select * from {{ ref('stg_city__budget_lines') }}
    where not is_total
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

codes as (
    select * from {{ ref('programme_budget_codes') }}
),

newest as (
    select
        fiscal_year,
        max(as_of_date) as as_of_date
    from budget_lines
    group by fiscal_year
),

-- Each fiscal year as it stood at its last reference date; the funds of a code are added up.
yearly as (
    select
        budget_lines.fiscal_year,
        budget_lines.programme_code,
        budget_lines.as_of_date,
        sum(budget_lines.planned_won) as planned_won,
        sum(budget_lines.current_won) as current_won,
        sum(budget_lines.executed_won) as executed_won,
        bool_or(batches.is_synthetic) as is_synthetic
    from budget_lines
    inner join newest
        on
            budget_lines.fiscal_year = newest.fiscal_year
            and budget_lines.as_of_date = newest.as_of_date
    inner join batches
        on budget_lines.batch_id = batches.batch_id
    group by budget_lines.fiscal_year, budget_lines.programme_code, budget_lines.as_of_date
),

-- The programme "budget" of the plan is the whole of it, lines without a programme too.
assigned as (
    select
        codes.programme_id,
        codes.is_shared,
        yearly.*
    from yearly
    inner join codes
        on yearly.programme_code = codes.programme_code
    union all
    select
        'policy_budget' as programme_id,
        false as is_shared,
        yearly.*
    from yearly
),

final as (
    select
        programme_id,
        fiscal_year,
        string_agg(programme_code, '|' order by programme_code) as programme_codes,
        sum(planned_won)::bigint as planned_won,
        sum(current_won)::bigint as current_won,
        sum(executed_won)::bigint as executed_won,
        bool_or(is_shared) as is_shared,
        bool_or(is_synthetic) as is_synthetic,
        max(as_of_date) as as_of_date
    from assigned
    group by programme_id, fiscal_year
)

select * from final
