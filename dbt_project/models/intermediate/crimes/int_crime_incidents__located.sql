with incidents as (
    select * from {{ ref('stg_police__crime_incidents') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

crime_classes as (
    select * from {{ ref('crime_classes') }}
),

station_dong_bridge as (
    select * from {{ ref('station_dong_bridge') }}
),

timed as (
    select
        *,
        (occurred_at at time zone 'Asia/Seoul')::date as occurred_on,
        extract(hour from occurred_at at time zone 'Asia/Seoul')::smallint as occurred_hour,
        (reported_at at time zone 'Asia/Seoul')::date as reported_on
    from incidents
),

final as (
    select
        timed.batch_id,
        timed.line,
        left(timed.dong_code, 5) as district_code,
        timed.dong_code,
        station_dong_bridge.station_code,
        timed.station_code as sender_station_code,
        timed.zone_id,
        timed.crime_class_code,
        crime_classes.five_major_group as crime_group,
        timed.place_kind,
        timed.longitude,
        timed.latitude,
        timed.h3_cell,
        timed.point_district_code,
        timed.occurred_hour,
        trim_scale(
            round(extract(epoch from timed.reported_at - timed.occurred_at) / 3600, 2)
        ) as report_delay_hours,
        timed.cleared_on - timed.reported_on as clearance_days,
        coalesce(crime_classes.is_five_major, false) as is_five_major,
        timed.occurred_hour >= 20 or timed.occurred_hour < 6 as is_night,
        timed.is_abnormal_motive,
        batches.is_synthetic,
        timed.occurred_at,
        timed.reported_at,
        timed.occurred_on,
        timed.reported_on,
        timed.cleared_on,
        date_trunc('month', timed.reported_on)::date as month
    from timed
    inner join batches
        on timed.batch_id = batches.batch_id
    left join crime_classes
        on timed.crime_class_code = crime_classes.crime_class_code
    -- The station in charge on the day of the report; the sender's own word stands beside it.
    left join station_dong_bridge
        on
            timed.dong_code = station_dong_bridge.dong_code
            and timed.reported_on >= coalesce(station_dong_bridge.valid_from, '-infinity'::date)
            and timed.reported_on <= coalesce(station_dong_bridge.valid_to, 'infinity'::date)
)

select * from final
