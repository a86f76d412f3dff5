with routes as (
    select * from {{ ref('stg_districts__safe_routes') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        routes.route_id,
        routes.district_code,
        routes.dong_code,
        routes.route_name,
        routes.length_m,
        routes.bell_count,
        routes.cctv_count,
        routes.lamp_count,
        routes.board_count,
        routes.mark_count,
        sums.sign_count,
        routes.other_count,
        sums.facility_count,
        routes.works_completed_on is not null as has_works,
        batches.is_synthetic,
        routes.designated_on,
        routes.works_completed_on,
        routes.reference_date,
        routes.batch_id
    from routes
    inner join batches
        on routes.batch_id = batches.batch_id
    -- sum() skips what a district does not state and stays empty when it states nothing.
    cross join lateral (
        select
            sum(facility.counted) as facility_count,
            sum(facility.counted) filter (where facility.kind = 'sign') as sign_count
        from (
            values
            ('bell', routes.bell_count),
            ('cctv', routes.cctv_count),
            ('lamp', routes.lamp_count),
            ('board', routes.board_count),
            ('mark', routes.mark_count),
            ('sign', routes.service_sign_count),
            ('sign', routes.report_sign_count)
        ) as facility (kind, counted)
    ) as sums
)

select * from final
