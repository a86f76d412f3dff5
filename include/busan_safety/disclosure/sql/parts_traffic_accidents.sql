-- One row per measure, district, month, type and set of groups with any event in the police's
-- register of accidents. The police deliver whole years, so that every quarter is whole.
with

accidents as (
    select
        district_code,
        date_trunc('month', accident_date)::date as month,
        case accident_type_large
            when '차대사람' then 'person_vehicle'
            when '차대차' then 'vehicles'
            when '차량단독' then 'single_vehicle'
            else 'unstated'
        end as accident_type,
        case when is_pedestrian_victim then 'pedestrian' end as pedestrian,
        case when is_child_victim then 'child_victim' end as child_victim,
        case when is_elderly_victim then 'elderly_victim' end as elderly_victim,
        case when is_elderly_offender then 'elderly_driver' end as elderly_driver,
        case when has_two_wheeler then 'two_wheeler' end as two_wheeler,
        case when is_in_child_zone then 'child_zone' end as child_zone,
        case when is_drunk_driving then 'drunk_driving' end as drunk_driving,
        case when is_night then 'night' end as night,
        death_count,
        serious_count + slight_count + reported_injury_count as injury_count
    from marts.fct_traffic_accidents
    where register = 'police_events' and accident_date is not null and district_code is not null
)

select
    measured.measure,
    accidents.district_code,
    accidents.month,
    date_trunc('quarter', accidents.month)::date as quarter,
    date_trunc('year', accidents.month)::date as year,
    accidents.accident_type,
    accidents.pedestrian,
    accidents.child_victim,
    accidents.elderly_victim,
    accidents.elderly_driver,
    accidents.two_wheeler,
    accidents.child_zone,
    accidents.drunk_driving,
    accidents.night,
    sum(measured.event_count)::bigint as event_count
from accidents
cross join lateral (
    values ('accident', 1), ('death', accidents.death_count), ('injury', accidents.injury_count)
) as measured (measure, event_count)
where measured.event_count > 0
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
