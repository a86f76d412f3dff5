-- Where are households reported again for domestic violence, and how sure is that? Look out: more
-- reports may be a success (people call), districts with overlapping intervals cannot be ranked,
-- and the newest quarter is partial until the 90 days after it are delivered.
with rereports as (
    select
        place_code,
        period_start,
        numerator as rereported_household_count,
        denominator as index_household_count,
        value as rereport_pct,
        lower_95,
        upper_95
    from marts.fct_indicator_value
    where
        indicator_id = 'dv_rereport_rate_90d'
        and place_type = 'district'
        and value_status = 'observed'
),

latest as (
    select max(period_start) as period_start from rereports
)

select
    districts.name_ko,
    rereports.period_start,
    rereports.rereported_household_count,
    rereports.index_household_count,
    rereports.rereport_pct,
    rereports.lower_95,
    rereports.upper_95
from rereports
inner join latest
    on rereports.period_start = latest.period_start
inner join marts.dim_district as districts
    on rereports.place_code = districts.district_code
order by rereports.rereport_pct desc, districts.name_ko asc
