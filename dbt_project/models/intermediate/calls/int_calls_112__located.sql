with calls as (
    select * from {{ ref('stg_police__calls_112') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

station_dong_bridge as (
    select * from {{ ref('station_dong_bridge') }}
),

station_aliases as (
    select * from {{ ref('station_aliases') }}
),

-- 부산진경찰서 is a station's own name, 부산남부경찰서 has the city before it: as written goes first.
station_names as (
    select distinct on (prefixes.prefix || station_aliases.alias)
        prefixes.prefix || station_aliases.alias as station_name,
        station_aliases.station_code
    from station_aliases
    cross join (values (''), ('부산'), ('부산시'), ('부산광역시')) as prefixes (prefix)
    order by prefixes.prefix || station_aliases.alias, length(prefixes.prefix)
),

timed as (
    select
        *,
        (received_at at time zone 'Asia/Seoul')::date as call_date,
        extract(hour from received_at at time zone 'Asia/Seoul')::smallint as call_hour,
        replace(split_part(department_name, '/', 1), ' ', '') as station_name
    from calls
),

final as (
    select
        timed.call_id,
        left(timed.dong_code, 5) as district_code,
        timed.dong_code,
        station_dong_bridge.station_code,
        station_names.station_code as sender_station_code,
        timed.event_class_code,
        timed.priority_code,
        timed.end_code,
        timed.call_hour,
        trim_scale(
            round(extract(epoch from timed.arrived_at - timed.received_at) / 60, 2)
        ) as response_minutes,
        timed.call_hour >= 20 or timed.call_hour < 6 as is_night,
        timed.priority_code <> 'C4' as is_dispatched,
        timed.priority_code in ('C0', 'C1') as is_urgent,
        coalesce(timed.end_code between 601 and 603, false) as is_false_report,
        batches.is_synthetic,
        timed.received_at,
        timed.call_date,
        date_trunc('month', timed.call_date)::date as month,
        timed.batch_id,
        timed.line
    from timed
    inner join batches
        on timed.batch_id = batches.batch_id
    left join station_dong_bridge
        on
            timed.dong_code = station_dong_bridge.dong_code
            and timed.call_date >= coalesce(station_dong_bridge.valid_from, '-infinity'::date)
            and timed.call_date <= coalesce(station_dong_bridge.valid_to, 'infinity'::date)
    left join station_names
        on timed.station_name = station_names.station_name
)

select * from final
