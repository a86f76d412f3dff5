-- One row per kind of facility, district and category. Counts of things: nothing is hidden.
-- The grid is complete: a district that reports a register but none of a category has zero;
-- a district without a register has empty counts and the status not_reported. Units are empty
-- where a register lists sites but states none of their units.
with

facilities as (
    select
        'cctv' as facility_type,
        district_code,
        purpose as category,
        camera_count as unit_count,
        null::numeric as length_m,
        null::bigint as completed_count,
        reference_date,
        is_synthetic
    from marts.fct_cctv_sites
    union all
    select
        'safe_route' as facility_type,
        district_code,
        'route' as category,
        facility_count as unit_count,
        length_m,
        (works_completed_on is not null)::integer as completed_count,
        reference_date,
        is_synthetic
    from marts.fct_safe_routes
    union all
    select
        'school' as facility_type,
        district_code,
        school_level as category,
        1 as unit_count,
        null::numeric as length_m,
        null::bigint as completed_count,
        reference_date,
        is_synthetic
    from marts.fct_schools
),

categories as (
    select
        facility_type,
        category,
        facility_type = 'school' as is_city_wide,
        max(reference_date) as newest_on,
        bool_or(is_synthetic) as is_synthetic
    from facilities
    group by facility_type, category
),

registers as (
    select
        facility_type,
        district_code,
        max(reference_date) as reference_date
    from facilities
    group by facility_type, district_code
),

totals as (
    select
        facility_type,
        district_code,
        category,
        count(*) as site_count,
        sum(unit_count) as unit_count,
        sum(length_m) as length_m,
        sum(completed_count) as completed_count
    from facilities
    group by facility_type, district_code, category
),

grid as (
    select
        categories.facility_type,
        categories.category,
        categories.newest_on,
        categories.is_synthetic,
        districts.district_code,
        districts.name_ko,
        districts.name_en,
        registers.reference_date,
        categories.is_city_wide or registers.district_code is not null as is_reported
    from categories
    cross join marts.dim_district as districts
    left join registers
        on
            categories.facility_type = registers.facility_type
            and districts.district_code = registers.district_code
)

insert into disclosed.safety_facilities
select
    grid.facility_type,
    grid.district_code,
    grid.name_ko as district_name_ko,
    grid.name_en as district_name_en,
    grid.category,
    case
        when grid.is_reported then coalesce(grid.reference_date, grid.newest_on)
    end as reference_date,
    case when totals.site_count is not null then totals.site_count when grid.is_reported then 0 end
        as site_count,
    case when totals.site_count is not null then totals.unit_count when grid.is_reported then 0 end
        as unit_count,
    totals.length_m,
    totals.completed_count,
    case when grid.is_reported then 'observed' else 'not_reported' end as value_status,
    grid.newest_on as data_as_of,
    grid.is_synthetic
from grid
left join totals
    on
        grid.facility_type = totals.facility_type
        and grid.district_code = totals.district_code
        and grid.category = totals.category
