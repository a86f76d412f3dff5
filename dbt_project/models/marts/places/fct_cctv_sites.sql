with sites as (
    select * from {{ ref('stg_districts__cctv_sites') }}
    -- A district's own list ends with a total of its cameras.
    where not coalesce(finding_ids like '%total%', false)
),

purposes as (
    select * from {{ ref('cctv_purposes') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

-- Registers overlap and are never added: one per district, the national standard form first.
chosen_registers as (
    select distinct on (district_code)
        district_code,
        register
    from sites
    order by
        district_code,
        array_position(array['standard', 'busan_cameras', 'district_own'], register),
        register
),

final as (
    select
        sites.district_code,
        -- Register numbers repeat and are often missing; the line within the register is stable.
        lpad(sites.line::text, 7, '0') as site_key,
        sites.register,
        sites.manage_number,
        sites.site_name,
        sites.purpose,
        sites.finding_ids,
        sites.camera_count,
        sites.pixel_count_10k,
        sites.retention_days,
        sites.longitude,
        sites.latitude,
        sites.h3_cell,
        sites.point_district_code,
        coalesce(purposes.is_security, false) as is_security,
        batches.is_synthetic,
        sites.installed_month,
        coalesce(sites.reference_date, batches.reference_date) as reference_date,
        sites.batch_id
    from sites
    inner join chosen_registers
        on
            sites.district_code = chosen_registers.district_code
            and sites.register = chosen_registers.register
    inner join batches
        on sites.batch_id = batches.batch_id
    left join purposes
        on sites.purpose = purposes.purpose
)

select * from final
