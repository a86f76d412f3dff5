"""Camera sites chosen from small marts made by hand, and who may read the cells."""

from __future__ import annotations

from collections.abc import Iterator

import h3
import psycopg
import pytest

from busan_safety.evaluation.siting import run
from busan_safety.warehouse import connect

CENTRE = h3.latlng_to_cell(35.1796, 129.0756, 9)
NEAR = sorted(h3.grid_disk(CENTRE, 1))
FAR = h3.latlng_to_cell(35.10, 129.03, 9)
SCHOOL = h3.latlng_to_cell(35.21, 129.08, 9)

MARTS = """
drop schema if exists marts cascade;
drop schema if exists marts_restricted cascade;
drop schema if exists staging cascade;
drop schema if exists intermediate cascade;
create schema marts;
create schema marts_restricted;
create schema staging;
create schema intermediate;
create table marts_restricted.fct_crime_cells (
    h3_cell text, year_start date, five_major_count bigint, is_synthetic boolean
);
create table intermediate.int_crime_incidents__located (
    h3_cell text, district_code text, month date, reported_on date, is_five_major boolean,
    is_synthetic boolean
);
create table staging.stg_platform__batch_slices (
    source_id text, slice_key text, is_superseded boolean
);
create table marts.fct_cctv_sites (
    h3_cell text, district_code text, camera_count integer, is_security boolean,
    reference_date date, is_synthetic boolean
);
create table marts.fct_schools (
    h3_cell text, district_code text, reference_date date, is_synthetic boolean
);
create table marts.fct_child_zones (like marts.fct_schools);
create table marts.fct_safety_bells (like marts.fct_schools);
create table marts.fct_security_lights (like marts.fct_schools);
create table marts.fct_safe_routes (
    district_code text, reference_date date, is_synthetic boolean
);
grant usage on schema marts, marts_restricted, staging, intermediate to transformer;
grant select on all tables in schema marts, marts_restricted, staging, intermediate to transformer;
"""

TABLES = (
    "evaluation_restricted.fct_cctv_priority",
    "evaluation.fct_cctv_siting",
    "evaluation.fct_cctv_siting_by_district",
)


@pytest.fixture
def city(warehouse: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Two years of crimes in eight cells, one camera, one school; no outlines."""
    warehouse.execute(MARTS)
    for table in TABLES:
        warehouse.execute(f"drop table if exists {table}")
    put(
        warehouse,
        "marts_restricted.fct_crime_cells",
        [
            *((cell, f"{year}-01-01", 10, True) for cell in NEAR for year in (2023, 2024)),
            (FAR, "2024-01-01", 3, True),
            # Older than the years of the policy.
            (SCHOOL, "2019-01-01", 99, True),
        ],
    )
    put(
        warehouse,
        "intermediate.int_crime_incidents__located",
        [(cell, "26470", "2024-03-01", "2024-03-09", True, True) for cell in (*NEAR, None)],
    )
    put(
        warehouse,
        "staging.stg_platform__batch_slices",
        [
            *(("police_crime_incidents", f"2023-{month:02}", False) for month in range(1, 13)),
            *(("police_crime_incidents", f"2024-{month:02}", False) for month in range(1, 7)),
            ("police_crime_incidents", "2024-06", False),
            ("police_crime_incidents", "2024-07", True),
            ("police_crime_incidents", "2019-01", False),
        ],
    )
    put(
        warehouse,
        "marts.fct_cctv_sites",
        [
            (FAR, "26110", 2, True, "2024-12-20", True),
            # A traffic camera watches something else, and one without coordinates is in no cell.
            (CENTRE, "26470", 5, False, "2024-12-20", True),
            (None, "26470", 1, True, "2024-12-20", True),
        ],
    )
    put(warehouse, "marts.fct_schools", [(SCHOOL, "26260", "2024-12-31", True)])
    put(warehouse, "marts.fct_safe_routes", [("26470", "2024-11-30", True)])
    yield warehouse


@pytest.fixture(autouse=True)
def no_outlines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "outlines", lambda: None)


def put(city: psycopg.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    with city.cursor() as cursor, cursor.copy(f"copy {table} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def test_cells_hold_every_component_and_the_choice(city: psycopg.Connection) -> None:
    report = run.site(1)

    assert city.execute(
        "select event_count, camera_count, covering_camera_count, school_count, district_code,"
        " exposure, exposure_rank, selected_order, is_selected, is_covered, site_count"
        " from evaluation_restricted.fct_cctv_priority where h3_cell = any (%s)"
        " order by event_count desc, district_code nulls last",
        [[CENTRE, FAR, SCHOOL]],
    ).fetchall() == [
        (20, 0, 0, 0, "26470", None, None, 1, True, False, 1),
        (3, 2, 2, 0, "26110", None, None, None, False, True, 1),
        (0, 0, 0, 1, "26260", None, None, None, False, False, 1),
    ]
    assert report.totals["crime_month_count"] == 18
    assert report.siting
    assert set(report.siting.cells.loc[report.siting.cells["is_ranked"], "h3_cell"]) == {
        *NEAR,
        FAR,
        SCHOOL,
    }


def test_totals_say_what_is_covered_with_inputs_and_limits(city: psycopg.Connection) -> None:
    run.site(1)

    found = city.execute(
        "select value_status, is_optimal, relative_gap, covered_by_selection > covered_by_crimes,"
        " covered_before, study_area, data_as_of::text, is_synthetic, limits_en, inputs"
        " from evaluation.fct_cctv_siting"
    ).fetchall()

    assert len(found) == 1
    *facts, limits, inputs = found[0]
    assert facts[:4] == ["observed", True, 0.0, True]
    assert facts[4] > 0
    assert facts[5:] == ["cells_with_data", "2024-12-31", True]
    assert "1 of 8 five major crimes have no usable coordinates" in limits
    assert "1 of 2 security camera sites" in limits
    assert {row["input"]: row["located_count"] for row in inputs}["safe_routes"] == 0


def test_another_number_replaces_the_whole_result(city: psycopg.Connection) -> None:
    run.site(1)
    run.site(2)

    counts = city.execute(
        "select site_count from evaluation.fct_cctv_siting union"
        " select site_count from evaluation_restricted.fct_cctv_priority union"
        " select site_count from evaluation.fct_cctv_siting_by_district"
    ).fetchall()
    assert counts == [(2,)]


def test_districts_are_what_evaluators_see_of_the_cells(city: psycopg.Connection) -> None:
    run.site(1)

    with connect("evaluator") as evaluator:
        rows = evaluator.execute(
            "select district_code, camera_count, selected_count"
            " from evaluation.fct_cctv_siting_by_district order by 1"
        ).fetchall()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            evaluator.execute("select * from evaluation_restricted.fct_cctv_priority")
    assert [row[0] for row in rows] == ["26110", "26260", "26470"]
    assert [row[2] for row in rows] == [0, 0, 1]


@pytest.mark.parametrize(
    ("emptied", "reason"),
    [
        ("marts.fct_cctv_sites", "no register of the cameras"),
        ("staging.stg_platform__batch_slices", "no input for the score"),
    ],
)
def test_without_what_it_needs_nothing_is_chosen_and_the_reason_is_kept(
    city: psycopg.Connection, emptied: str, reason: str
) -> None:
    run.site(1)
    city.execute(f"truncate {emptied}")

    run.site(1)

    assert city.execute(
        "select value_status, sentence_en like %s, total_need from evaluation.fct_cctv_siting",
        [f"%{reason}%"],
    ).fetchall() == [("not_applicable", True, None)]
    assert city.execute("select count(*) from evaluation_restricted.fct_cctv_priority").fetchall()[
        0
    ] == (0,)


def test_every_column_is_commented_in_both_languages(city: psycopg.Connection) -> None:
    run.site(1)

    comments = city.execute(
        "select col_description(attrelid, attnum) from pg_attribute"
        " where attrelid = any (%s::regclass[]) and attnum > 0 and not attisdropped",
        [list(TABLES)],
    ).fetchall()
    assert len(comments) > 60
    assert all(comment and any("가" <= mark <= "힣" for mark in comment) for (comment,) in comments)
