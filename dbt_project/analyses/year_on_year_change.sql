-- How did each district change against the same period a year before, and may one compare them?
-- The interval is that of the ratio of two Poisson rates (log-normal, for indicators whose
-- numerator is a count of events). has_break says that a series broke in between: no comparison.
-- Districts' numbers are small: an interval that holds 1 is no change that one can see.
with periods as (
    select
        *,
        count(series_break) over (
            partition by
                indicator_id, definition_version, subgroup, place_type, place_code, period_type
            order by period_start
        ) as break_count,
        (period_start - interval '1 year')::date as year_before
    from marts.fct_indicator_value
    where place_type = 'district' and period_type in ('month', 'quarter', 'half', 'year')
),

pairs as (
    select
        own.*,
        earlier.value as value_before,
        own.value / earlier.value as ratio,
        sqrt(1 / own.numerator + 1 / earlier.numerator) as standard_error,
        own.break_count > earlier.break_count
        or earlier.series_break is not null as has_break
    from periods as own
    inner join periods as earlier
        on
            own.indicator_id = earlier.indicator_id
            and own.definition_version = earlier.definition_version
            and own.subgroup = earlier.subgroup
            and own.place_code = earlier.place_code
            and own.period_type = earlier.period_type
            and own.year_before = earlier.period_start
    where
        own.interval_method in ('exact', 'byar')
        and own.numerator > 0
        and earlier.numerator > 0
        and not own.is_partial_period
        and not earlier.is_partial_period
)

select
    pairs.indicator_id,
    pairs.definition_version,
    districts.name_ko,
    pairs.period_type,
    pairs.period_start,
    pairs.value_before,
    pairs.value,
    round(pairs.ratio, 3) as ratio,
    round(pairs.ratio * exp(-1.96 * pairs.standard_error), 3) as ratio_lower_95,
    round(pairs.ratio * exp(1.96 * pairs.standard_error), 3) as ratio_upper_95,
    pairs.has_break,
    pairs.value_status
from pairs
inner join marts.dim_district as districts
    on pairs.place_code = districts.district_code
order by pairs.indicator_id asc, pairs.period_start desc, ratio desc
