-- Were participants of the Happy Home programme reported again less often than others? Look out:
-- taking part is voluntary, the two groups differ before it begins, so the difference is NOT an
-- effect; and a year is provisional until twelve months after its last participation have passed.
select
    period_start,
    subgroup,
    numerator as rereported_count,
    denominator as case_count,
    value as rereported_pct,
    lower_95,
    upper_95,
    value_status
from marts.fct_indicator_value
where
    indicator_id = 'happy_home_reoffence_rate'
    and place_type = 'city'
order by period_start, subgroup
