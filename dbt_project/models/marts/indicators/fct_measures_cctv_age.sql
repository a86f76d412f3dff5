with sites as (
    select * from {{ ref('fct_cctv_sites') }}
    where register = 'standard'
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

-- Only the month of installation is known, so age is counted in months: more than 84.
judged as (
    select
        district_code,
        camera_count,
        reference_date,
        is_synthetic,
        installed_month is not null or pixel_count_10k is not null as is_stated,
        coalesce(
            installed_month
            < date_trunc('month', reference_date::timestamp) - interval '7 years',
            false
        )
        or coalesce(pixel_count_10k < 200, false) as is_old
    from sites
),

districts_counted as (
    select
        district_code,
        coalesce(sum(camera_count) filter (where is_stated), 0) as stated_camera_count,
        coalesce(sum(camera_count) filter (where is_stated and is_old), 0) as old_camera_count,
        max(reference_date) as reference_date,
        bool_or(is_synthetic) as is_synthetic
    from judged
    group by district_code
),

-- One date for all districts, the newest register's; each row's own date is data_as_of.
snapshots as (
    select
        max(reference_date) as snapshot_date,
        bool_or(is_synthetic) as is_synthetic
    from judged
    having count(*) > 0
),

final as (
    select
        'district' as place_type,
        dim_district.district_code as place_code,
        'snapshot' as period_type,
        districts_counted.stated_camera_count,
        districts_counted.old_camera_count,
        districts_counted.district_code is not null as is_reported,
        false as is_partial_period,
        coalesce(districts_counted.is_synthetic, snapshots.is_synthetic) as is_synthetic,
        snapshots.snapshot_date as period_start,
        snapshots.snapshot_date as period_end,
        coalesce(districts_counted.reference_date, snapshots.snapshot_date) as data_as_of
    from snapshots
    cross join dim_district
    left join districts_counted
        on dim_district.district_code = districts_counted.district_code
)

select * from final
