-- One row per H3 cell that holds anything: what the priority score of new cameras is made from.
-- Crimes over the newest years asked for; security cameras of the register only (traffic and
-- facility cameras watch something else). The district is that of most things in the cell.
with

span as (
    select
        (max(year_start) - make_interval(years => %(crime_years)s::integer - 1))::date as first_on,
        (max(year_start) + interval '1 year')::date as next_on
    from marts_restricted.fct_crime_cells
),

things as (
    select
        h3_cell,
        district_code,
        'camera' as kind,
        coalesce(camera_count, 1) as thing_count
    from marts.fct_cctv_sites
    where is_security

    union all

    select
        h3_cell,
        district_code,
        'school',
        1
    from marts.fct_schools

    union all

    select
        h3_cell,
        district_code,
        'child_zone',
        1
    from marts.fct_child_zones

    union all

    select
        h3_cell,
        district_code,
        'safety_bell',
        1
    from marts.fct_safety_bells

    union all

    select
        h3_cell,
        district_code,
        'security_light',
        1
    from marts.fct_security_lights

    union all

    -- Says only whose cell it is; crimes are counted below.
    select
        incidents.h3_cell,
        incidents.district_code,
        'place',
        0
    from intermediate.int_crime_incidents__located as incidents
    cross join span
    where
        incidents.is_five_major
        and incidents.month >= span.first_on

    union all

    select
        crimes.h3_cell,
        null,
        'crime',
        crimes.five_major_count
    from marts_restricted.fct_crime_cells as crimes
    cross join span
    where crimes.year_start >= span.first_on
)

select
    h3_cell,
    mode() within group (order by district_code) as district_code,
    coalesce(sum(thing_count) filter (where kind = 'crime'), 0)::bigint as event_count,
    coalesce(sum(thing_count) filter (where kind = 'camera'), 0)::bigint as camera_count,
    count(*) filter (where kind = 'school') as school_count,
    count(*) filter (where kind = 'child_zone') as child_zone_count,
    count(*) filter (where kind = 'safety_bell') as safety_bell_count,
    count(*) filter (where kind = 'security_light') as security_light_count
from things
where h3_cell is not null
group by h3_cell
order by h3_cell
