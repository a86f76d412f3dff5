-- One list of what is counted where: the history of it is the snapshot fct_inventory_snapshots.
{%- set registers = [
    ('cctv', 'fct_cctv_sites', 'camera_count'),
    ('security_light', 'fct_security_lights', 'light_count'),
    ('safety_bell', 'fct_safety_bells', '1'),
    ('child_zone', 'fct_child_zones', '1'),
    ('signal_facility', 'fct_signal_facilities', 'device_count'),
    ('school', 'fct_schools', '1'),
    ('safe_route', 'fct_safe_routes', '1'),
    ('crime_zone', 'fct_crime_zones', '1')
] %}

with units as (
    {%- for facility_type, register, unit_count in registers %}
        {{ 'union all' if not loop.first }}
        select
            '{{ facility_type }}' as facility_type,
            district_code,
            {{ unit_count }} as unit_count,
            reference_date,
            is_synthetic
        from {{ ref(register) }}
    {%- endfor %}
),

final as (
    select
        facility_type,
        district_code,
        count(*) as site_count,
        sum(unit_count)::bigint as unit_count,
        count(*) filter (where unit_count is null) as uncounted_site_count,
        bool_or(is_synthetic) as is_synthetic,
        max(reference_date) as reference_date
    from units
    where district_code is not null
    group by facility_type, district_code
)

select * from final
