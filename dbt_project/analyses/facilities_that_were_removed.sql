-- Which registers held more units once than they do now? Look out: a correction of the register and
-- a removal look alike, and nothing is known from before the first build.
with states as (
    select
        facility_type,
        district_code,
        unit_count,
        known_from,
        known_to,
        reference_date,
        max(unit_count) over (
            partition by facility_type, district_code
            order by known_from
        ) as most_before
    from marts.fct_inventory_snapshots
)

select
    districts.name_ko,
    states.facility_type,
    states.most_before,
    states.unit_count,
    states.reference_date,
    states.known_from
from states
inner join marts.dim_district as districts
    on states.district_code = districts.district_code
where
    states.known_to is null
    and states.unit_count < states.most_before
order by districts.name_ko, states.facility_type
