-- What was known of one indicator on a moment, and what does the warehouse say now?
-- Put the moment (Korean time) into asked_at. Before the first build of a deployment nothing was
-- known: the answer is empty. has_changed_since shows what was corrected since.
with question as (
    select
        current_timestamp as asked_at,
        'call_112_rate'::text as indicator_id
),

known_then as (
    select history.*
    from marts.fct_indicator_value_history as history
    inner join question
        on
            history.indicator_id = question.indicator_id
            and history.known_from <= question.asked_at
            and (history.known_to is null or history.known_to > question.asked_at)
)

select
    known_then.place_type,
    known_then.place_code,
    known_then.period_start,
    known_then.value as value_then,
    known_then.value_status as status_then,
    present.value as value_now,
    present.value_status as status_now,
    known_then.known_to is not null as has_changed_since,
    known_then.known_from
from known_then
left join marts.fct_indicator_value as present
    on
        known_then.indicator_id = present.indicator_id
        and known_then.definition_version = present.definition_version
        and known_then.subgroup = present.subgroup
        and known_then.place_type = present.place_type
        and known_then.place_code = present.place_code
        and known_then.period_type = present.period_type
        and known_then.period_start = present.period_start
order by known_then.period_start desc, known_then.place_type asc, known_then.place_code asc
