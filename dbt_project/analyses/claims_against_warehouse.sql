-- Which published numbers does the warehouse confirm, which not, and which can it not judge?
-- Look at comparison_basis first: against synthetic data, agreement or not means nothing.
select
    claim_id,
    statement_ko,
    claimed_period,
    claimed_value,
    warehouse_value,
    unit,
    difference,
    difference_pct,
    agreement_status,
    comparison_basis,
    reason_ko,
    claim_source
from marts.fct_claim_reconciliation
order by agreement_status, claim_id
