-- Does the police's incident feed tell the same number as the yearly published statistic?
-- They count on different days, so small differences are normal. A year with fewer than 12
-- delivered months cannot agree. Synthetic incidents are a sample and never agree.
select
    year,
    crime_group,
    sum(published_count) as published_count,
    sum(incident_count) as incident_count,
    round(100.0 * sum(difference_count) / nullif(sum(published_count), 0), 1) as difference_pct,
    max(delivered_month_count) as delivered_month_count
from marts.fct_crime_source_agreement
group by year, crime_group
order by year, crime_group
