-- Where do children have accidents in school zones, and how many zones have no camera? Look out:
-- counts of a district and year are small, read the interval; zones are those of the latest
-- register for every year, and an empty has_cctv is not a no.
with zones as (
    select
        district_code,
        count(*) as zone_count,
        count(*) filter (where not has_cctv) as zone_without_camera_count,
        max(reference_date) as register_date
    from marts.fct_child_zones
    group by district_code
)

select
    districts.name_ko,
    rates.period_start,
    rates.numerator as child_accident_count,
    rates.value as accidents_per_100_zones,
    rates.lower_95,
    rates.upper_95,
    zones.zone_count,
    zones.zone_without_camera_count,
    zones.register_date
from marts.fct_indicator_value as rates
inner join marts.dim_district as districts
    on rates.place_code = districts.district_code
left join zones
    on rates.place_code = zones.district_code
where
    rates.indicator_id = 'school_zone_child_accidents_rate'
    and rates.place_type = 'district'
order by rates.period_start desc, rates.value desc nulls last
