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
-- Ranked in one pass: the planner expects few current rows and would join them in a loop.
ranked as (
    select
        *,
        dense_rank() over (
            partition by district_code
            order by
                array_position(array['standard', 'busan_cameras', 'district_own'], register),
                register
        ) as register_rank
    from sites
),

final as (
    select
        ranked.district_code,
        -- Register numbers repeat and are often missing; the line within the register is stable.
        lpad(ranked.line::text, 7, '0') as site_key,
        ranked.register,
        ranked.manage_number,
        ranked.site_name,
        ranked.purpose,
        ranked.finding_ids,
        ranked.camera_count,
        ranked.pixel_count_10k,
        ranked.retention_days,
        ranked.longitude,
        ranked.latitude,
        ranked.h3_cell,
        ranked.point_district_code,
        coalesce(purposes.is_security, false) as is_security,
        batches.is_synthetic,
        ranked.installed_month,
        coalesce(ranked.reference_date, batches.reference_date) as reference_date,
        ranked.batch_id
    from ranked
    inner join batches
        on ranked.batch_id = batches.batch_id
    left join purposes
        on ranked.purpose = purposes.purpose
    where ranked.register_rank = 1
)

select * from final
