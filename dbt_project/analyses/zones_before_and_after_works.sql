-- What happened to crime in the zones that were improved, and just outside them?
-- Descriptive, not an effect: zones were chosen because of their crime, counts are small, and a
-- window that is not wholly delivered is provisional. A quotient between -1 and 0 is displacement
-- that eats a part of the gain, above 0 the surroundings gained too.
select
    zones.zone_id,
    districts.name_ko,
    zones.zone_kind,
    zones.works_completed_on,
    works.zone_before_count,
    works.zone_after_count,
    works.outside_before_count,
    works.outside_after_count,
    ratios.value as crime_rate_ratio,
    quotients.value as displacement_quotient,
    ratios.value_status,
    works.delivered_before_month_count,
    works.delivered_after_month_count
from marts.fct_measures_zone_works as works
inner join marts.fct_crime_zones as zones
    on works.place_code = zones.zone_id
inner join marts.dim_district as districts
    on works.district_code = districts.district_code
left join marts.fct_indicator_value as ratios
    on
        works.place_code = ratios.place_code
        and ratios.place_type = 'zone'
        and ratios.indicator_id = 'zone_crime_rate_ratio'
left join marts.fct_indicator_value as quotients
    on
        works.place_code = quotients.place_code
        and quotients.place_type = 'zone'
        and quotients.indicator_id = 'zone_wdq'
order by zones.works_completed_on, zones.zone_id
