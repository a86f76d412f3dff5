with sites as (
    select * from {{ ref('fct_cctv_sites') }}
),

lights as (
    select * from {{ ref('fct_security_lights') }}
),

bells as (
    select * from {{ ref('fct_safety_bells') }}
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

units as (
    select
        'cctv' as facility_type,
        district_code,
        extract(year from installed_month)::integer as year,
        camera_count as unit_count,
        reference_date,
        is_synthetic
    from sites
    union all
    select
        'security_light' as facility_type,
        district_code,
        installed_year::integer as year,
        light_count as unit_count,
        reference_date,
        is_synthetic
    from lights
    union all
    select
        'safety_bell' as facility_type,
        district_code,
        installed_year::integer as year,
        1 as unit_count,
        reference_date,
        is_synthetic
    from bells
),

registers as (
    select
        facility_type,
        district_code,
        coalesce(sum(unit_count) filter (where year is null), 0) as undated_count,
        max(reference_date) as reference_date
    from units
    group by facility_type, district_code
),

bounds as (
    select
        facility_type,
        min(year) as first_year,
        extract(year from max(reference_date))::integer as last_year,
        bool_or(is_synthetic) as is_synthetic
    from units
    group by facility_type
),

grid as (
    select
        bounds.facility_type,
        dim_district.district_code,
        years.year,
        bounds.is_synthetic
    from bounds
    cross join lateral generate_series(bounds.first_year, bounds.last_year) as years (year)
    cross join dim_district
),

installed as (
    select
        facility_type,
        district_code,
        year,
        sum(unit_count) as installed_count
    from units
    where year is not null
    group by facility_type, district_code, year
),

joined as (
    select
        grid.facility_type,
        grid.district_code,
        grid.year,
        grid.is_synthetic,
        registers.undated_count,
        registers.reference_date,
        coalesce(installed.installed_count, 0) as installed_count,
        coalesce(extract(year from registers.reference_date) >= grid.year, false) as is_reported
    from grid
    left join registers
        on
            grid.facility_type = registers.facility_type
            and grid.district_code = registers.district_code
    left join installed
        on
            grid.facility_type = installed.facility_type
            and grid.district_code = installed.district_code
            and grid.year = installed.year
),

final as (
    select
        facility_type,
        district_code,
        year,
        case when is_reported then installed_count end::bigint as installed_count,
        case
            when is_reported
                then
                    sum(installed_count) over (
                        partition by facility_type, district_code
                        order by year
                    )
        end::bigint as existing_count,
        case when is_reported then undated_count end::bigint as undated_count,
        is_reported,
        coalesce(reference_date < make_date(year, 12, 31), true) as is_partial_period,
        is_synthetic,
        reference_date
    from joined
)

select * from final
