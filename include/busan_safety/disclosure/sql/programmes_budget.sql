-- One row per programme and fiscal year. value_status speaks for the budget, output_status for
-- the output: one to threshold - 1 people behind an output hide it, not the money.
with

judged as (
    select
        years.*,
        coalesce(
            years.is_output_about_people
            and years.output_count > 0
            and years.output_count < %(threshold)s::numeric,
            false
        ) as is_hidden
    from marts.fct_programmes_by_year as years
)

insert into disclosed.programmes_budget
select
    programme_id,
    fiscal_year,
    catalogue_number,
    name_ko as programme_name_ko,
    name_en as programme_name_en,
    holder_ko,
    programme_codes,
    is_budget_shared,
    planned_won,
    current_won,
    executed_won,
    execution_pct,
    case
        when not has_budget_line then 'not_applicable'
        when current_won is null then 'not_reported'
        when is_budget_partial then 'provisional'
        else 'observed'
    end as value_status,
    output_id,
    output_unit,
    case when not is_hidden then output_count end as output_count,
    case
        when output_id is null then 'not_applicable'
        when output_count is null then 'not_reported'
        when is_hidden then 'suppressed'
        when is_output_partial then 'provisional'
        else 'observed'
    end as output_status,
    target_unit,
    target_value,
    reached_value,
    coverage_pct,
    evaluation_status,
    evaluation_design,
    budget_as_of,
    data_as_of,
    is_synthetic
from judged
