-- One row per event and day: 112 calls of its district on the event's days, on the days beside them,
-- and on comparable days around that are free of any event of the district and of days beside one.
-- Only days on which calls were delivered somewhere in the city.
with

delivered as (
    select distinct call_date as day
    from marts.fct_112_calls_daily
    where call_date between %(study_from)s and %(study_to)s
),

calls as (
    select
        district_code,
        call_date as day,
        sum(call_count)::bigint as event_count
    from marts.fct_112_calls_daily
    group by district_code, call_date
),

all_events as (
    select
        event_id,
        district_code,
        is_over,
        started_on,
        ended_on
    from marts.fct_crowded_events
    where
        district_code is not null
        and started_on is not null
),

days as (
    select
        events.event_id as unit,
        events.district_code,
        delivered.day,
        delivered.day between events.started_on and events.ended_on as is_own,
        delivered.day between events.started_on - %(days_beside)s::integer
        and events.ended_on + %(days_beside)s::integer as is_near,
        exists (
            select 1
            from all_events as others
            where
                others.district_code = events.district_code
                and delivered.day between others.started_on and others.ended_on
        ) as has_event,
        exists (
            select 1
            from all_events as others
            where
                others.district_code = events.district_code
                and delivered.day between others.started_on - %(days_beside)s::integer
                and others.ended_on + %(days_beside)s::integer
        ) as is_near_event
    from all_events as events
    inner join delivered
        on
            delivered.day between events.started_on - %(days_around)s::integer
            and events.ended_on + %(days_around)s::integer
    where events.is_over
),

kinds as (
    select
        unit,
        district_code,
        day,
        case
            when is_own then 'event'
            when is_near and not has_event then 'beside'
            when not is_near_event then 'comparable'
        end as day_kind
    from days
)

select
    kinds.unit,
    kinds.day,
    extract(isodow from kinds.day)::integer as iso_weekday,
    kinds.day_kind,
    coalesce(calls.event_count, 0) as event_count
from kinds
left join calls
    on
        kinds.district_code = calls.district_code
        and kinds.day = calls.day
where kinds.day_kind is not null
order by kinds.unit, kinds.day
