"""Facilities, living lab projects and policy effects as disclosure control lets them out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import psycopg
import pytest
from disclosure_marts import create_marts, disclosed, only

from busan_safety.disclosure import protect
from busan_safety.evaluation.effects import PolicyEffect, create_tables, replace_effects
from busan_safety.warehouse import connect


@pytest.fixture
def marts(warehouse: psycopg.Connection) -> psycopg.Connection:
    create_marts(warehouse)
    return warehouse


def test_facilities_have_a_complete_grid_with_zero_apart_from_not_reported(
    marts: psycopg.Connection,
) -> None:
    marts.execute(
        "insert into marts.fct_cctv_sites values"
        " ('26110', '1', '생활방범', 2, '2024-06-30', true),"
        " ('26110', '2', '생활방범', 1, '2024-06-30', true),"
        " ('26140', '1', '어린이보호', 4, '2024-03-31', true)"
    )

    protect()

    rows = {(r["district_code"], r["category"]): r for r in disclosed(marts, "safety_facilities")}
    found = {
        key: (row["value_status"], row["site_count"], row["unit_count"], row["reference_date"])
        for key, row in rows.items()
    }
    assert found == {
        ("26110", "생활방범"): ("observed", 2, 3, date(2024, 6, 30)),
        ("26110", "어린이보호"): ("observed", 0, 0, date(2024, 6, 30)),
        ("26140", "생활방범"): ("observed", 0, 0, date(2024, 3, 31)),
        ("26140", "어린이보호"): ("observed", 1, 4, date(2024, 3, 31)),
        ("26710", "생활방범"): ("not_reported", None, None, None),
        ("26710", "어린이보호"): ("not_reported", None, None, None),
    }


def test_routes_count_works_and_a_district_without_schools_has_zero(
    marts: psycopg.Connection,
) -> None:
    marts.execute(
        "insert into marts.fct_safe_routes values"
        " ('r1', '26110', 300, 12, '2024-01-05', '2024-06-30', true),"
        " ('r2', '26110', 200, null, null, '2024-06-30', true),"
        " ('r3', '26140', 100, null, null, '2024-06-30', true)"
    )
    marts.execute(
        "insert into marts.fct_schools values ('s1', '26110', '초등학교', '2024-03-01', true)"
    )

    protect()

    rows = {
        (r["facility_type"], r["district_code"]): r for r in disclosed(marts, "safety_facilities")
    }
    route = rows["safe_route", "26110"]
    assert [route[k] for k in ("site_count", "unit_count", "length_m", "completed_count")] == [
        2, 12, 500, 1,
    ]  # fmt: skip
    assert rows["safe_route", "26140"]["unit_count"] is None
    assert rows["safe_route", "26710"]["value_status"] == "not_reported"
    assert rows["school", "26710"]["site_count"] == 0
    assert rows["school", "26710"]["value_status"] == "observed"


def test_votes_of_a_few_citizens_are_hidden_with_every_number_of_the_project(
    marts: psycopg.Connection,
) -> None:
    marts.execute(
        "insert into marts.fct_living_lab_projects"
        " select 'p' || votes, '과제', 2024, '26110', '종료', 2, 1000000, votes, 77.5,"
        " null, null, '2024-12-31', true from unnest(array[0, 3, 812]) as votes"
    )

    protect()

    rows = disclosed(marts, "living_lab")
    assert [(r["citizen_vote_count"], r["value_status"]) for r in rows] == [
        (0, "observed"),
        (None, "suppressed"),
        (812, "observed"),
    ]
    numbers = ("team_count", "budget_won", "citizen_score")
    assert [rows[1][name] for name in numbers] == [None] * 3
    assert [rows[2][name] for name in numbers] == [2, 1000000, 77.5]


def test_project_without_any_number_is_not_reported(marts: psycopg.Connection) -> None:
    marts.execute(
        "insert into marts.fct_living_lab_projects values ('p', '과제', 2024, '26110', '공모',"
        " null, null, null, null, null, null, '2024-12-31', true)"
    )

    protect()

    assert only(disclosed(marts, "living_lab"))["value_status"] == "not_reported"


def effect(
    *,
    is_public: bool = True,
    points: list[dict[str, object]] | None = None,
    design: str = "staggered_did_rate_ratio",
    **cells: int,
) -> PolicyEffect:
    return PolicyEffect(
        effect_id="plan.outcome",
        programme_id="safe_routes",
        plan_id="plan",
        title_ko="시책과 결과",
        title_en="programme and outcome",
        plan_hash="0" * 64,
        plan_changed=False,
        outcome_id="outcome",
        outcome_name_ko="결과",
        outcome_name_en="outcome",
        design=design,
        estimate=0.8,
        desired_direction="decrease",
        lower_95=0.7,
        upper_95=0.9,
        p_value=0.01,
        mde=0.85,
        verdict="decrease",
        overdispersion=1.2,
        maryland_scale=3,
        emmie={"effect": {"ko": "4건", "en": "4 events"}, "mechanism": {"ko": "가", "en": "a"}},
        threats=[{"id": "selection", "ko": "가", "en": "a"}],
        family="family",
        adjustment="holm",
        change_our_mind={"ko": "가", "en": "a"},
        diagnostics={"buffer_before": 4},
        p_adjusted=0.02,
        points=points or [{"series": "treated", "at": "before", "value": 40}],
        is_public=is_public,
        sentence_ko="4건",
        sentence_en="4 events",
        value_status="observed",
        data_as_of=date(2024, 12, 31),
        is_synthetic=True,
        code_version="0.1.0",
        **cells,
    )


def store(of: PolicyEffect) -> None:
    with connect("transformer") as connection:
        create_tables(connection)
        replace_effects(connection, of.plan_id, [of])


def test_effect_with_a_small_cell_loses_every_number_and_its_sentence(
    marts: psycopg.Connection,
) -> None:
    store(effect(treated_before=4, treated_after=30, control_before=500, control_after=500))

    protect()

    row = only(disclosed(marts, "policy_effects"))
    numbers = ("estimate", "lower_95", "upper_95", "p_value", "p_adjusted", "mde", "points")
    numbers += ("overdispersion",)
    cells = ("treated_before", "treated_after", "control_before", "control_after")
    assert [row[name] for name in numbers + cells] == [None] * 12
    assert row["value_status"] == "suppressed"
    assert "4" not in row["sentence_ko"] + row["sentence_en"] + str(row["emmie"])
    assert row["emmie"]["mechanism"] == {"ko": "가", "en": "a"}


def test_effect_with_large_cells_is_published_without_its_diagnostics(
    marts: psycopg.Connection,
) -> None:
    original = effect(treated_before=40, treated_after=30, control_before=500, control_after=500)
    store(original)

    protect()

    row = only(disclosed(marts, "policy_effects"))
    plain = {k: float(v) if isinstance(v, Decimal) else v for k, v in row.items()}
    assert plain == original.model_dump(exclude={"diagnostics", "is_public", "code_version"})


@pytest.mark.parametrize(
    ("series", "value", "is_shown"),
    [
        ("buffer", 4, False),
        ("buffer", 4.5, False),
        ("buffer", 5, True),
        ("buffer", 0, True),
        ("observed", 400, False),
        ("of_tomorrow", 1.2, False),
        (None, 1.2, False),
        ("empirical_bayes", 0.8, True),
    ],
)
def test_points_are_hidden_when_one_is_a_small_count(
    marts: psycopg.Connection, series: str | None, value: float, is_shown: bool
) -> None:
    points: list[dict[str, object]] = [
        {"series": "treated", "at": "before", "value": 40},
        {"series": series, "at": "before", "value": value},
    ]
    store(effect(points=points, treated_before=40, treated_after=30))

    protect()

    row = only(disclosed(marts, "policy_effects"))
    assert row["points"] == (points if is_shown else None)
    assert row["value_status"] == "observed"


@pytest.mark.parametrize("design", ["few_clusters_did", "interrupted_time_series", "of_tomorrow"])
@pytest.mark.parametrize(("series", "is_shown"), [("event_study", True), ("treated", False)])
def test_effect_on_whole_districts_or_the_city_shows_ratios_and_no_count(
    marts: psycopg.Connection, design: str, series: str, is_shown: bool
) -> None:
    points: list[dict[str, object]] = [{"series": series, "at": "+1", "value": 40}]
    store(effect(design=design, points=points, treated_before=40, control_after=500))

    protect()

    row = only(disclosed(marts, "policy_effects"))
    assert (row["treated_before"], row["control_after"]) == (None, None)
    assert float(row["estimate"]) == 0.8
    assert row["points"] == (points if is_shown else None)


def test_effect_that_is_not_public_stays_inside(marts: psycopg.Connection) -> None:
    store(effect(is_public=False, treated_before=40, treated_after=30))

    protect()

    assert disclosed(marts, "policy_effects") == []


def test_every_disclosed_column_is_explained_in_the_database(marts: psycopg.Connection) -> None:
    protect()

    total, uncommented = marts.execute(
        "select count(*), count(*) filter (where"
        " coalesce(col_description(attrelid, attnum), '') !~ '[가-힣]')"
        " from pg_attribute join pg_class on attrelid = pg_class.oid"
        " where relnamespace = 'disclosed'::regnamespace and relkind = 'r'"
        " and attnum > 0 and not attisdropped"
    ).fetchone()
    assert total > 60
    assert uncommented == 0
