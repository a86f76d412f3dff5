with sites as (
    select * from {{ ref('fct_cctv_sites') }}
),

routes as (
    select * from {{ ref('fct_safe_routes') }}
),

dim_district as (
    select * from {{ ref('dim_district') }}
),

residents as (
    select * from {{ ref('fct_population') }}
),

districts_counted as (
    select
        'cctv' as facility_type,
        district_code,
        coalesce(sum(camera_count) filter (where is_security), 0) as facility_count,
        null::numeric as length_km,
        max(reference_date) as reference_date,
        bool_or(is_synthetic) as is_synthetic
    from sites
    group by district_code
    union all
    select
        'safe_route' as facility_type,
        district_code,
        sum(facility_count)::bigint as facility_count,
        sum(length_m) / 1000 as length_km,
        max(reference_date) as reference_date,
        bool_or(is_synthetic) as is_synthetic
    from routes
    group by district_code
),

-- One date for all districts, the newest register's; each row's own date is data_as_of.
snapshots as (
    select
        facility_type,
        max(reference_date) as snapshot_date,
        bool_or(is_synthetic) as is_synthetic
    from districts_counted
    group by facility_type
),

final as (
    select
        snapshots.facility_type,
        'district' as place_type,
        dim_district.district_code as place_code,
        'snapshot' as period_type,
        districts_counted.facility_count,
        districts_counted.length_km,
        latest_residents.residents as resident_count,
        districts_counted.district_code is not null as is_reported,
        false as is_partial_period,
        coalesce(districts_counted.is_synthetic, snapshots.is_synthetic) as is_synthetic,
        snapshots.snapshot_date as period_start,
        snapshots.snapshot_date as period_end,
        coalesce(districts_counted.reference_date, snapshots.snapshot_date) as data_as_of
    from snapshots
    cross join dim_district
    left join districts_counted
        on
            snapshots.facility_type = districts_counted.facility_type
            and dim_district.district_code = districts_counted.district_code
    left join lateral (
        select residents.residents
        from residents
        where
            dim_district.district_code = residents.district_code
            and snapshots.snapshot_date >= residents.month
        order by residents.month desc
        limit 1
    ) as latest_residents on true
)

select * from final
