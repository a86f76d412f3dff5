-- How far apart are the population bases? Look out: the bases are never added or mixed in one
-- rate; a base that includes registered foreigners is not held, because no feed has it.
select
    districts.name_ko,
    residents.month,
    residents.person_count as resident_count,
    registered.person_count as registered_count,
    round(
        100.0 * (registered.person_count - residents.person_count)
        / nullif(residents.person_count, 0),
        2
    ) as registered_above_residents_pct
from marts.fct_population_by_basis as residents
inner join marts.fct_population_by_basis as registered
    on
        residents.district_code = registered.district_code
        and residents.month = registered.month
        and registered.population_basis = 'registered'
inner join marts.dim_district as districts
    on residents.district_code = districts.district_code
where residents.population_basis = 'residents'
order by residents.month desc, registered_above_residents_pct desc
