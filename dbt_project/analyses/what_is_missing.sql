-- What may not be quoted yet? Periods without data, with a part of it, or with a break in them.
select
    indicator_id,
    place_type,
    value_status,
    is_partial_period,
    series_break,
    count(*) as row_count,
    min(period_start) as first_period,
    max(period_start) as last_period
from marts.fct_indicator_value
where
    value_status <> 'observed'
    or is_partial_period
    or series_break is not null
group by indicator_id, place_type, value_status, is_partial_period, series_break
order by indicator_id, place_type, value_status
