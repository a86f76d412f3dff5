-- What went into each of the 27 programmes, how much of its plan is covered, and is it evaluated?
-- A shared budget line must not be added up; outcome values are levels, not effects.
select
    catalogue_number,
    name_ko,
    budget_year,
    current_won,
    executed_won,
    is_budget_shared,
    target_value,
    reached_value,
    coverage_pct,
    held_indicator_count,
    indicator_count,
    evaluation_status
from marts.fct_programmes
order by catalogue_number
