with programmes_budget as (
    select * from {{ source('disclosed', 'programmes_budget') }}
),

final as (
    select
        programme_id,
        fiscal_year,
        catalogue_number,
        programme_name_ko,
        programme_name_en,
        holder_ko,
        programme_codes,
        is_budget_shared,
        planned_won,
        current_won,
        executed_won,
        execution_pct,
        value_status,
        output_id,
        output_unit,
        output_count,
        output_status,
        target_unit,
        target_value,
        reached_value,
        coverage_pct,
        evaluation_status,
        evaluation_design,
        budget_as_of,
        data_as_of,
        is_synthetic
    from programmes_budget
)

select * from final
