"""Marts as far as disclosure control reads them, for the tests of it."""

from __future__ import annotations

from typing import Any

import disclosure_marts_people
import psycopg
from count_marts import create_count_marts
from psycopg.rows import dict_row

from busan_safety.disclosure.policy import DATASETS

MARTS = """
drop schema if exists marts cascade;
create schema marts;
create table marts.dim_district (district_code text, name_ko text, name_en text);
create table marts.dim_station (
    station_code text, name_ko text, name_en text, valid_from date, valid_to date
);
create table marts.dim_indicator (
    indicator_id text, definition_version smallint, name_ko text, name_en text, unit text,
    scale numeric, denominator_unit text, suppression_class text,
    is_public boolean default true
);
create table marts.fct_indicator_value (
    indicator_id text, definition_version smallint, place_type text, place_code text,
    period_type text, period_start date, period_end date, numerator numeric, denominator numeric,
    value numeric, lower_95 numeric, upper_95 numeric, interval_method text, value_status text,
    population_basis text, is_partial_period boolean, series_break text, data_as_of date,
    is_synthetic boolean
);
create table marts.fct_cctv_sites (
    district_code text, site_key text, purpose text, camera_count integer, reference_date date,
    is_synthetic boolean
);
create table marts.fct_safe_routes (
    route_id text, district_code text, length_m numeric, facility_count integer,
    works_completed_on date, reference_date date, is_synthetic boolean
);
create table marts.fct_schools (
    school_id text, district_code text, school_level text, reference_date date,
    is_synthetic boolean
);
create table marts.fct_living_lab_projects (
    project_id text, project_name text, project_year smallint, district_code text, stage text,
    team_count integer, budget_won bigint, citizen_vote_count integer, citizen_score numeric,
    started_on date, ended_on date, reference_date date, is_synthetic boolean
);
insert into marts.dim_district values
    ('26110', '중구', 'Jung-gu'), ('26140', '서구', 'Seo-gu'), ('26710', '기장군', 'Gijang-gun');
insert into marts.dim_station values
    ('jungbu', '부산중부경찰서', 'Busan Jungbu Police Station', null, null),
    ('gijang', '부산기장경찰서', 'Busan Gijang Police Station', null, null),
    ('suyeong', '부산수영경찰서', 'Busan Suyeong Police Station', '2025-08-05', null);
insert into marts.dim_indicator values
    ('theft_rate', 1, '절도', 'Theft', 'per 10,000', 10000, 'residents', 'person'),
    ('stalking_call_rate', 1, '스토킹', 'Stalking', 'per 10,000', 10000, 'residents',
     'person_sensitive'),
    ('victim_share', 1, '피해', 'Victims', '%', 100, 'calls', 'person'),
    ('call_112_rate', 1, '신고', 'Calls', 'per 1,000', 1000, 'residents', 'none');
"""
# One text of tables per module, so that datasets come without a change of each other's.
MORE_MARTS = (disclosure_marts_people.MARTS,)
GRANTS = """
grant usage on schema marts to transformer;
grant select on all tables in schema marts to transformer;
"""


def create_marts(warehouse: psycopg.Connection) -> None:
    """Three districts, four indicators and no values; nothing disclosed or evaluated."""
    for statements in (MARTS, *MORE_MARTS):
        warehouse.execute(statements)
    create_count_marts(warehouse)
    warehouse.execute(GRANTS)
    for dataset in DATASETS:
        warehouse.execute(f"drop table if exists disclosed.{dataset}")
    warehouse.execute("drop table if exists evaluation.fct_policy_effect cascade")


def disclosed(marts: psycopg.Connection, dataset: str, order: str = "1") -> list[dict[str, Any]]:
    with marts.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"select * from disclosed.{dataset} order by {order}").fetchall()


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(rows) == 1
    return rows[0]
