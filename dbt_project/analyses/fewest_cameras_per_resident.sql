-- Which districts have the fewest security cameras per 1,000 residents, and which sent no list?
-- Registers differ in age (data_as_of) and in what counts as a camera's purpose: look at both
-- before comparing. An empty value is not zero; value_status says why it is empty.
with newest as (
    select
        place_code,
        max(period_start) as period_start
    from marts.fct_indicator_value
    where indicator_id = 'cctv_security_rate' and place_type = 'district'
    group by place_code
)

select
    districts.name_ko,
    cameras.numerator as camera_count,
    cameras.denominator as resident_count,
    cameras.value as cameras_per_1k,
    cameras.value_status,
    cameras.data_as_of
from marts.fct_indicator_value as cameras
inner join newest
    on
        cameras.place_code = newest.place_code
        and cameras.period_start = newest.period_start
inner join marts.dim_district as districts
    on cameras.place_code = districts.district_code
where cameras.indicator_id = 'cctv_security_rate' and cameras.place_type = 'district'
order by cameras.value asc nulls last, districts.name_ko asc
