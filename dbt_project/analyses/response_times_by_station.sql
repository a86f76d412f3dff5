-- How fast do the stations arrive, by quarter, with the split of 2025-08-05 kept apart?
-- A median cannot be averaged into a quarter: the slowest and fastest month are shown instead.
-- Suyeong took dongs over from Nambu and Yeonje: their series before and after are two series
-- (is_after_split), never one trend. Months with few arrivals say little: see min_arrival_count.
with months as (
    select
        responses.*,
        responses.period_start >= breaks.broke_on
        and responses.place_code = any(string_to_array(breaks.place_codes, '|')) as is_after_split,
        -- The month of the split holds calls of both areas.
        breaks.broke_on between responses.period_start and responses.period_end
        and responses.place_code = any(string_to_array(breaks.place_codes, '|')) as is_split_month
    from marts.fct_indicator_value as responses
    cross join marts.dim_series_break as breaks
    where
        responses.indicator_id = 'code01_response_median_min'
        and responses.place_type = 'station'
        and responses.value is not null
        and breaks.series_break = 'suyeong_station_2025-08-05'
)

select
    stations.name_ko,
    date_trunc('quarter', months.period_start)::date as quarter_start,
    months.is_after_split,
    count(*) as month_count,
    min(months.value) as fastest_month_minutes,
    max(months.value) as slowest_month_minutes,
    min(months.denominator) as min_arrival_count
from months
inner join marts.dim_station as stations
    on months.place_code = stations.station_code
where not months.is_split_month
group by stations.name_ko, date_trunc('quarter', months.period_start)::date, months.is_after_split
order by stations.name_ko, quarter_start
