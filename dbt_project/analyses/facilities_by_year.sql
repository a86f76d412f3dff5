-- How many cameras, lights and bells existed at the end of each year? Look out: told from the
-- current registers, so what was removed is missing, and units without a year stand apart.
select
    districts.name_ko,
    facilities.facility_type,
    facilities.year,
    facilities.existing_count,
    facilities.undated_count,
    facilities.is_partial_period
from marts.fct_facility_counts as facilities
inner join marts.dim_district as districts
    on facilities.district_code = districts.district_code
where facilities.is_reported
order by facilities.facility_type, districts.name_ko, facilities.year
