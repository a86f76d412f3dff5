"""Marts behind the tables of counts, empty or with events of two years with a month missing."""

from __future__ import annotations

import psycopg

MARTS = """
drop table if exists marts_restricted.fct_relational_cases cascade;
create table marts.dim_period as
    select kind || '' as period_type, start::date as period_start,
        (start + ('1 ' || kind)::interval * months - interval '1 day')::date as period_end
    from (values ('month', 1), ('month', 3), ('month', 12)) as kinds (kind, months)
    cross join lateral generate_series(
        timestamp '2022-01-01', timestamp '2025-12-01', ('1 ' || kind)::interval * months) as start;
update marts.dim_period set period_type = case
    when period_end - period_start > 300 then 'year'
    when period_end - period_start > 80 then 'quarter' else 'month' end;
create table marts.dim_crime_class (
    crime_class_code text, class_middle text, name_en text, five_major_group text,
    is_five_major boolean
);
insert into marts.dim_crime_class values
    ('theft', '절도범죄', 'Theft', 'theft', true), ('assault', '폭행', 'Assault', 'violence', true),
    ('arson', '방화', 'Arson', null, false), ('fraud', '사기', 'Fraud', null, false);
create table marts.dim_event_class_112 (
    event_class_code smallint, name_ko text, name_en text, event_group text
);
insert into marts.dim_event_class_112 values
    (107, '가정폭력', 'Domestic violence', 'serious_crime'),
    (212, '스토킹', 'Stalking', 'other_crime'), (508, '자살', 'Suicide', 'assistance');
create table marts.fct_crime_incidents (
    district_code text, station_code text, month date, cleared_on date, crime_group text,
    crime_class_code text, is_five_major boolean, is_synthetic boolean
);
create table marts.fct_crimes_by_region (
    district_code text, year smallint, crime_class_code text, crime_group text,
    incident_count bigint, is_five_major boolean, is_synthetic boolean
);
create table marts.fct_crimes_by_station (
    station_code text, year smallint, crime_group text, incident_count bigint, is_synthetic boolean
);
create table marts.fct_112_calls (
    district_code text, station_code text, month date, priority_code text,
    event_class_code smallint, call_date date, is_synthetic boolean
);
create view marts.fct_112_calls_daily as
    select district_code, call_date, month, bool_or(is_synthetic) as is_synthetic
    from marts.fct_112_calls group by district_code, call_date, month;
create table marts_restricted.fct_relational_cases (
    case_id text, household_id text, district_code text, station_code text, kind text,
    is_accepted boolean, has_measure boolean, reported_at timestamptz, reported_on date, month date
);
create view marts.fct_relational_cases_monthly as
    select month, true as is_synthetic from marts_restricted.fct_relational_cases;
create table marts.fct_traffic_accidents (
    register text, district_code text, accident_year smallint, accident_date date,
    accident_type_large text, death_count integer, serious_count integer, slight_count integer,
    reported_injury_count integer, is_elderly_offender boolean, is_child_victim boolean,
    is_elderly_victim boolean, is_pedestrian_victim boolean, has_two_wheeler boolean,
    is_in_child_zone boolean, is_drunk_driving boolean, is_night boolean, is_synthetic boolean
);
grant usage on schema marts_restricted to transformer;
grant select on all tables in schema marts_restricted to transformer;
"""

# May 2024 is not delivered. `n` decides every property, so that the events are always the same.
EVENTS = """
create temporary table events as
    select n, day, date_trunc('month', day)::date as month,
        (array['26110', '26140', '26710'])[1 + n % 3] as district_code,
        (array['jungbu', 'gijang'])[1 + n % 7 % 2] as station_code
    from (
        select n, date '2022-09-01' + (n * 37) % 853 as day from generate_series(1, 1500) as n
    ) as days
    where date_trunc('month', day) <> date '2024-05-01';
insert into marts.fct_crime_incidents
    select district_code, station_code, month, case when n % 3 = 1 then day + n % 70 end,
        (array['theft', 'violence', null])[1 + n % 5 % 3],
        (array['theft', 'assault', 'arson'])[1 + n % 5 % 3], n % 5 % 3 <> 2, true
    from events;
insert into marts.fct_crimes_by_region
    select district_code, year, crime_class_code, five_major_group,
        (ascii(substr(district_code, 4)) + year + length(crime_class_code)) % 9, is_five_major, true
    from marts.dim_district, marts.dim_crime_class, generate_series(2022, 2024) as year
    where not (district_code = '26710' and year = 2023);
insert into marts.fct_crimes_by_station
    select station_code, year, crime_group, (year + length(station_code)) % 8, true
    from marts.dim_station, generate_series(2022, 2024) as year,
        (values ('murder'), ('robbery'), ('sexual_violence'), ('theft'), ('violence'))
            as groups (crime_group)
    where valid_from is null;
insert into marts.fct_112_calls
    select district_code, station_code, month, 'C' || n % 5,
        (array[107, 212, 508])[1 + n % 11 % 3], day, true
    from events;
insert into marts_restricted.fct_relational_cases
    select n::text, 'h' || n % 90, district_code, station_code,
        (array['가정폭력', '교제폭력', '스토킹', '아동학대', '노인학대'])[1 + n % 5],
        n % 3 = 0, n % 4 = 0, day, day, month
    from events;
insert into marts.fct_traffic_accidents
    select case when n % 50 = 0 then 'taas_list' else 'police_events' end, district_code,
        extract(year from day), case when n % 50 <> 0 then day end,
        (array['차대사람', '차대차', '차량단독', null])[1 + n % 4], n % 40 / 39, n % 2, 1, n % 3,
        case when n % 13 = 0 then null else n % 5 = 0 end, n % 9 = 0, n % 5 = 1, n % 4 = 0,
        n % 6 = 0, n % 17 = 0, n % 11 = 0, n % 3 = 0, true
    from events;
"""


def create_count_marts(warehouse: psycopg.Connection) -> None:
    """Empty facts; schema marts and its districts and stations must be there."""
    warehouse.execute("create schema if not exists marts_restricted")
    warehouse.execute(MARTS)


def add_events(warehouse: psycopg.Connection) -> None:
    """Some 1,400 events in each fact."""
    with warehouse.transaction():
        warehouse.execute(EVENTS)
        warehouse.execute("drop table events")
