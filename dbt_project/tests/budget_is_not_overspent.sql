-- More than the current budget cannot be executed: such a line is an error of the sender.
with lines as (
    select * from {{ ref('fct_budget_lines') }}
)

select
    fiscal_year,
    as_of_date,
    programme_code,
    fund
from lines
where executed_won > current_won
