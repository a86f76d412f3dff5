-- Each zone with works against its surroundings: five major crimes by month of report in the 12
-- months before the month of completion and in the 12 months after it. Only months that were
-- delivered count, on either side alike.
with zones as (
    select
        zone_id,
        district_code,
        longitude,
        latitude,
        sqrt(area_m2 / pi()) as radius_m,
        date_trunc('month', works_completed_on)::date as completion_month,
        batch_id
    from {{ ref('stg_police__crime_zones') }}
    where works_completed_on is not null
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

slices as (
    select * from {{ ref('stg_platform__batch_slices') }}
    where source_id = 'police_crime_incidents' and not is_superseded
),

incidents as (
    select
        district_code,
        zone_id,
        longitude,
        latitude,
        month
    from {{ ref('int_crime_incidents__located') }}
    where is_five_major
),

windows as (
    select
        zones.zone_id,
        zones.completion_month,
        side.is_after,
        side.first_month,
        (side.first_month + interval '11 months')::date as last_month
    from zones
    cross join lateral (
        values
        (false, (zones.completion_month - interval '12 months')::date),
        (true, (zones.completion_month + interval '1 month')::date)
    ) as side (is_after, first_month)
),

delivered as (
    select
        windows.zone_id,
        count(*) filter (where not windows.is_after) as delivered_before_month_count,
        count(*) filter (where windows.is_after) as delivered_after_month_count,
        min((slices.slice_key || '-01')::date) as oldest_date,
        max((slices.slice_key || '-01')::date) as newest_month
    from windows
    inner join slices
        on (slices.slice_key || '-01')::date between windows.first_month and windows.last_month
    group by windows.zone_id
),

-- The zone's own incidents are those that the police put into it, wherever they lie.
zone_counts as (
    select
        windows.zone_id,
        count(*) filter (where not windows.is_after) as zone_before_count,
        count(*) filter (where windows.is_after) as zone_after_count
    from windows
    inner join incidents
        on
            windows.zone_id = incidents.zone_id
            and incidents.month between windows.first_month and windows.last_month
    group by windows.zone_id
),

outside_months as (
    select
        district_code,
        month,
        count(*) as incident_count
    from incidents
    where zone_id is null
    group by district_code, month
),

outside_counts as (
    select
        zones.zone_id,
        sum(outside_months.incident_count) filter (where not windows.is_after)
            as outside_before_count,
        sum(outside_months.incident_count) filter (where windows.is_after)
            as outside_after_count
    from zones
    inner join windows
        on zones.zone_id = windows.zone_id
    inner join outside_months
        on
            zones.district_code = outside_months.district_code
            and outside_months.month between windows.first_month and windows.last_month
    group by zones.zone_id
),

-- One pass over the incidents of a district for all of its zones; haversine, metres.
distances as (
    select
        zones.zone_id,
        windows.is_after,
        zones.radius_m,
        2 * 6371008.8 * asin(
            least(
                1,
                sqrt(
                    power(sin(radians(incidents.latitude - zones.latitude) / 2), 2)
                    + cos(radians(zones.latitude)) * cos(radians(incidents.latitude))
                    * power(sin(radians(incidents.longitude - zones.longitude) / 2), 2)
                )
            )
        ) as distance_m
    from zones
    inner join windows
        on zones.zone_id = windows.zone_id
    inner join incidents
        on
            zones.district_code = incidents.district_code
            and incidents.month between windows.first_month and windows.last_month
            and incidents.latitude is not null
            and incidents.longitude is not null
),

-- Materialised: the planner would count the rings again for each zone.
rings as materialized (
    select
        zone_id,
        count(*) filter (where not is_after and distance_m <= radius_m) as inside_before_count,
        count(*) filter (where is_after and distance_m <= radius_m) as inside_after_count,
        count(*) filter (
            where not is_after and distance_m > radius_m and distance_m <= radius_m + 200
        ) as ring_before_count,
        count(*) filter (
            where is_after and distance_m > radius_m and distance_m <= radius_m + 200
        ) as ring_after_count,
        count(*) filter (where not is_after and distance_m > radius_m + 200)
            as rest_before_count,
        count(*) filter (where is_after and distance_m > radius_m + 200) as rest_after_count
    from distances
    group by zone_id
),

final as (
    select
        zones.zone_id,
        zones.district_code,
        coalesce(delivered.delivered_before_month_count, 0) as delivered_before_month_count,
        coalesce(delivered.delivered_after_month_count, 0) as delivered_after_month_count,
        coalesce(zone_counts.zone_before_count, 0) as zone_before_count,
        coalesce(zone_counts.zone_after_count, 0) as zone_after_count,
        coalesce(outside_counts.outside_before_count, 0)::bigint as outside_before_count,
        coalesce(outside_counts.outside_after_count, 0)::bigint as outside_after_count,
        coalesce(rings.inside_before_count, 0) as inside_before_count,
        coalesce(rings.inside_after_count, 0) as inside_after_count,
        coalesce(rings.ring_before_count, 0) as ring_before_count,
        coalesce(rings.ring_after_count, 0) as ring_after_count,
        coalesce(rings.rest_before_count, 0) as rest_before_count,
        coalesce(rings.rest_after_count, 0) as rest_after_count,
        batches.is_synthetic,
        zones.completion_month,
        (zones.completion_month - interval '12 months')::date as window_start,
        (zones.completion_month + interval '13 months - 1 day')::date as window_end,
        delivered.oldest_date,
        (delivered.newest_month + interval '1 month - 1 day')::date as newest_date
    from zones
    inner join batches
        on zones.batch_id = batches.batch_id
    left join delivered
        on zones.zone_id = delivered.zone_id
    left join zone_counts
        on zones.zone_id = zone_counts.zone_id
    left join outside_counts
        on zones.zone_id = outside_counts.zone_id
    left join rings
        on zones.zone_id = rings.zone_id
)

select * from final
