-- One row per input of the priority score: its rows, those that lie in a cell, how new they are.
-- `month_count`: months of crimes that were delivered within the years asked for; elsewhere null.
with

span as (
    select
        (max(year_start) - make_interval(years => %(crime_years)s::integer - 1))::date as first_on,
        (max(year_start) + interval '1 year')::date as next_on
    from marts_restricted.fct_crime_cells
),

months as (
    select count(distinct slices.slice_key) as month_count
    from staging.stg_platform__batch_slices as slices
    cross join span
    where
        slices.source_id = 'police_crime_incidents'
        and not slices.is_superseded
        and to_date(slices.slice_key, 'YYYY-MM') >= span.first_on
        and to_date(slices.slice_key, 'YYYY-MM') < span.next_on
),

things as (
    select
        'security_cameras' as input,
        district_code,
        h3_cell,
        reference_date as newest_on,
        is_synthetic
    from marts.fct_cctv_sites
    where is_security

    union all

    select
        'schools',
        district_code,
        h3_cell,
        reference_date,
        is_synthetic
    from marts.fct_schools

    union all

    select
        'child_zones',
        district_code,
        h3_cell,
        reference_date,
        is_synthetic
    from marts.fct_child_zones

    union all

    select
        'safety_bells',
        district_code,
        h3_cell,
        reference_date,
        is_synthetic
    from marts.fct_safety_bells

    union all

    select
        'security_lights',
        district_code,
        h3_cell,
        reference_date,
        is_synthetic
    from marts.fct_security_lights

    union all

    -- Known by dong only.
    select
        'safe_routes',
        district_code,
        null,
        reference_date,
        is_synthetic
    from marts.fct_safe_routes

    union all

    select
        'five_major_crimes',
        incidents.district_code,
        incidents.h3_cell,
        incidents.reported_on,
        incidents.is_synthetic
    from intermediate.int_crime_incidents__located as incidents
    cross join span
    where
        incidents.is_five_major
        and incidents.month >= span.first_on
)

select
    things.input,
    count(*) as row_count,
    count(things.h3_cell) as located_count,
    count(distinct things.district_code) as district_count,
    case when things.input = 'five_major_crimes' then max(months.month_count) end as month_count,
    max(things.newest_on) as data_as_of,
    bool_or(things.is_synthetic) as is_synthetic
from things
cross join months
group by things.input
order by things.input
