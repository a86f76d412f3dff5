-- One row per body and year: how many sessions, proposals and answers. The words of a proposal
-- and the names of those who made it are in no mart that this reads.
insert into disclosed.participation
select
    body as body_name_ko,
    activity_year,
    body_name_en,
    programme_id,
    session_count,
    proposal_count,
    evaluation_count,
    attendance_count,
    item_count,
    adopted_count,
    completed_count,
    answered_count,
    answered_in_time_count,
    mean_panel_score,
    case
        when not is_reported then 'not_reported'
        when is_partial_period then 'provisional'
        else 'observed'
    end as value_status,
    data_as_of,
    is_synthetic
from marts.fct_participation_years
