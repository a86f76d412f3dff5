-- Do districts whose elderly return more licences see fewer elderly pedestrian casualties? Look
-- out: this compares places, it shows no effect; the two rates have different denominators
-- (licence holders, registered residents); only years in which both are reported appear.
with district_values as (
    select
        place_code,
        period_start,
        max(value) filter (where indicator_id = 'licence_return_rate_65') as licence_return_pct,
        max(value) filter (
            where indicator_id = 'elderly_pedestrian_casualty_rate'
        ) as casualties_per_10k_elderly,
        bool_or(value_status = 'provisional') as has_provisional_value
    from marts.fct_indicator_value
    where
        place_type = 'district'
        and indicator_id in ('licence_return_rate_65', 'elderly_pedestrian_casualty_rate')
    group by place_code, period_start
)

select
    districts.name_ko,
    district_values.period_start,
    district_values.licence_return_pct,
    district_values.casualties_per_10k_elderly,
    district_values.has_provisional_value
from district_values
inner join marts.dim_district as districts
    on district_values.place_code = districts.district_code
where
    district_values.licence_return_pct is not null
    and district_values.casualties_per_10k_elderly is not null
order by district_values.period_start asc, district_values.licence_return_pct desc
