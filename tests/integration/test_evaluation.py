"""The registered plan finds a planted effect in the marts, and does not find one where none is."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg
import pytest
import yaml

from busan_safety.evaluation import PolicyEffect, UnknownProgramme, evaluate
from busan_safety.evaluation.designs.staggered_windows import panel_of, read_rows
from busan_safety.evaluation.plans import Plan, load_plans, read_plan
from busan_safety.evaluation.plans.model import PLANS_DIR
from busan_safety.settings import ROOT
from busan_safety.warehouse import connect

DONGS = [f"26110{index:05}" for index in range(60)]
ROUTES = ["safe_routes"]
PLAN = next(plan for plan in load_plans() if plan.programme_id == "safe_routes")
FIRST, LAST = date(2023, 1, 1), date(2024, 12, 31)
DAYS = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
WORKS = {dong: date(2023, 8 + index % 5, 3 + index) for index, dong in enumerate(DONGS[:20])}

CALL_COLUMNS = "marts.fct_112_calls (call_date, month, is_night, dong_code, is_synthetic)"

MARTS = """
drop schema if exists marts cascade;
create schema marts;
create table marts.dim_dong (dong_code text, name_ko text, district_code text);
create table marts.fct_112_calls (
    call_id bigint generated always as identity, call_date date, month date, is_night boolean,
    dong_code text, is_synthetic boolean
);
create table marts.fct_safe_routes (
    route_id bigint generated always as identity, dong_code text, works_completed_on date,
    reference_date date, is_synthetic boolean
);
grant usage on schema marts to transformer;
grant select on all tables in schema marts to transformer;
"""


@pytest.fixture
def city(warehouse: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Empty marts with 60 dongs, and no result or registration of an earlier test."""
    warehouse.execute(MARTS)
    with warehouse.cursor() as cursor:
        cursor.executemany(
            "insert into marts.dim_dong values (%s, '가상동', '26110')", [(dong,) for dong in DONGS]
        )
    warehouse.execute("drop table if exists evaluation.fct_policy_effect cascade")
    warehouse.execute("drop table if exists evaluation.plan_registration")
    yield warehouse


def seed_routes(city: psycopg.Connection) -> None:
    with city.cursor() as cursor:
        cursor.executemany(
            "insert into marts.fct_safe_routes"
            " (dong_code, works_completed_on, reference_date, is_synthetic)"
            " values (%s, %s, '2024-12-20', true)",
            [
                *WORKS.items(),
                # A second, later route in a treated dong; routes without works elsewhere.
                (DONGS[0], date(2024, 10, 1)),
                *((dong, None) for dong in DONGS[30:50]),
            ],
        )


def seed_calls(
    city: psycopg.Connection,
    *,
    ratio: float,
    nightly: float = 0.25,
    days: list[date] = DAYS,
) -> None:
    """Fill in night calls at `nightly` a dong, x `ratio` after the works, and daytime calls.

    City-wide the number of calls falls by a third over the two years and has a season, so a
    comparison without the other dongs would find a wrong effect.
    """
    rng = np.random.default_rng(3)
    rows: list[tuple[date, date, bool, str]] = []
    for offset, day in enumerate(days):
        month = day.replace(day=1)
        trend = 1 - offset / len(days) / 3
        season = 1 + 0.3 * np.sin(day.timetuple().tm_yday / 365 * 2 * np.pi)
        for index, dong in enumerate(DONGS):
            works = WORKS.get(dong)
            after = works is not None and day > works
            level = nightly * (0.5 + index % 7 / 4) * trend * season
            night = rng.poisson(level * (ratio if after else 1))
            rows += [(day, month, True, dong)] * int(night)
        rows.append((day, month, False, DONGS[0]))
    copy_rows(city, CALL_COLUMNS, [(*row, True) for row in rows])


def calls_of(folder: Path) -> Iterator[tuple[date, date, bool, str, bool]]:
    """Read the police's daily files as the marts hold them, without the rows planted as bad."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="cp949", newline="") as lines:
            for row in csv.DictReader(lines):
                try:
                    at = datetime.fromisoformat(row["RECV_DM"])
                except ValueError:
                    continue
                is_night = at.hour >= 20 or at.hour < 6
                yield at.date(), at.date().replace(day=1), is_night, row["HPPN_DONG_CD"], True


def copy_rows(city: psycopg.Connection, target: str, rows: list[tuple[object, ...]]) -> None:
    with city.cursor() as cursor, cursor.copy(f"copy {target} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def stored(city: psycopg.Connection) -> list[tuple[str, float | None]]:
    return city.execute(
        "select verdict, estimate::float8 from evaluation.fct_policy_effect"
    ).fetchall()


def only(effects: list[PolicyEffect]) -> PolicyEffect:
    assert len(effects) == 1
    return effects[0]


def test_planted_ratio_is_found_and_stored(city: psycopg.Connection) -> None:
    seed_routes(city)
    seed_calls(city, ratio=0.8)

    effect = only(evaluate(programmes=ROUTES))

    assert effect.verdict == "decrease"
    assert effect.lower_95 < 0.8 < effect.upper_95
    assert effect.estimate == pytest.approx(0.8, abs=0.08)
    assert (effect.treated_units, effect.control_units) == (20, 40)
    assert effect.estimate == pytest.approx(
        effect.treated_after / effect.treated_before * effect.control_before / effect.control_after,
        abs=1e-6,
    )
    assert effect.mde < 1
    assert effect.maryland_scale == 3
    assert effect.data_as_of == date(2024, 12, 31)
    assert effect.sentence_ko.startswith("[합성 데이터] ")
    assert stored(city) == [("decrease", effect.estimate)]


def test_effect_planted_in_the_sandbox_city_is_found(
    city: psycopg.Connection, tmp_path: Path
) -> None:
    # given: the agencies' own files, and the truth that only tests may read
    options = ["--scale", "0.02", "--seed", "20240401", "--from", "2023-01", "--to", "2024-12"]
    subprocess.run(
        [sys.executable, "-m", "busan_sandbox", "generate", "--out", tmp_path / "drop", *options],
        check=True,
        capture_output=True,
    )
    truth = json.loads((tmp_path / "sandbox" / "truth.json").read_text("utf-8"))
    planted = next(e for e in truth["effects"] if e["programme"] == "safe_routes")
    city.execute("truncate marts.dim_dong")
    with (ROOT / "dbt_project" / "seeds" / "dongs.csv").open(encoding="utf-8") as lines:
        copy_rows(city, "marts.dim_dong", [tuple(row.values()) for row in csv.DictReader(lines)])
    copy_rows(city, CALL_COLUMNS, list(calls_of(tmp_path / "drop" / "police" / "112")))
    copy_rows(
        city,
        "marts.fct_safe_routes (dong_code, works_completed_on, reference_date, is_synthetic)",
        [(dong, on, "2024-12-31", True) for dong, on in truth["treated_dongs"].items()],
    )

    effect = only(evaluate(programmes=ROUTES))

    assert planted["outcome"] == effect.outcome_id
    assert effect.verdict == "decrease"
    assert effect.lower_95 < planted["rate_ratio"] < effect.upper_95
    assert 0 < effect.p_value < 0.001
    assert effect.mde > planted["rate_ratio"]


def test_absent_effect_is_not_detectable_although_calls_fell_everywhere(
    city: psycopg.Connection,
) -> None:
    seed_routes(city)
    seed_calls(city, ratio=1.0)

    effect = only(evaluate(programmes=ROUTES))

    assert effect.treated_after < 0.9 * effect.treated_before
    assert effect.verdict == "not_detectable"
    assert effect.lower_95 < 1 < effect.upper_95
    assert f"{effect.mde:.2f}" in effect.sentence_en
    assert effect.value_status == "observed"


def test_too_few_events_are_refused_with_a_reason_and_without_numbers(
    city: psycopg.Connection,
) -> None:
    seed_routes(city)
    seed_calls(city, ratio=1.0, nightly=0.001)

    effect = only(evaluate(programmes=ROUTES))

    assert effect.verdict == "refused"
    assert effect.value_status == "not_applicable"
    assert effect.estimate is None
    assert effect.treated_before is None
    assert "too few events" in effect.sentence_en
    assert stored(city) == [("refused", None)]


def test_no_data_at_all_are_refused(city: psycopg.Connection) -> None:
    effect = only(evaluate(programmes=ROUTES))

    assert effect.verdict == "refused"
    assert "no month of the study period" in effect.sentence_en
    assert effect.is_synthetic is False


def test_partial_and_gappy_months_do_not_count(city: psycopg.Connection) -> None:
    # given: the data begin on the 10th, one day of 2023-04 is missing and the last month is short
    seed_routes(city)
    seed_calls(
        city,
        ratio=0.8,
        days=[
            day
            for day in DAYS
            if date(2023, 1, 10) <= day <= date(2024, 6, 29) and day != date(2023, 4, 11)
        ],
    )

    with connect("transformer") as connection:
        panel = panel_of(read_rows(connection, PLAN), PLAN)

    complete = [date(2023, month, 1) for month in (2, 3, *range(5, 13))]
    complete += [date(2024, month, 1) for month in range(1, 6)]
    assert list(panel.months) == complete
    assert panel.counts.shape == (60, 15)
    assert panel.counts.min() == 0


def test_same_data_give_the_same_row(city: psycopg.Connection) -> None:
    seed_routes(city)
    seed_calls(city, ratio=0.8)

    first, second = only(evaluate(programmes=ROUTES)), only(evaluate(programmes=ROUTES))

    assert first == second
    assert len(stored(city)) == 1


def test_plan_is_registered_once_and_before_its_data_are_read(
    city: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("busan_safety.evaluation.designs.staggered_windows.read_rows", interrupted)
    with pytest.raises(KeyboardInterrupt):
        evaluate(programmes=ROUTES)

    registered = city.execute(
        "select plan_id, plan_hash from evaluation.plan_registration"
    ).fetchall()
    assert registered == [(PLAN.plan_id, PLAN.plan_hash)]
    assert stored(city) == []


def test_changed_plan_says_so_and_the_original_does_not(
    city: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seed_routes(city)
    seed_calls(city, ratio=0.8)
    content = yaml.safe_load((PLANS_DIR / "safe_routes_night_calls.yml").read_text("utf-8"))
    content["dates"]["window_months"] = 6
    changed = tmp_path / "plan.yml"
    changed.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    original = only(evaluate(programmes=ROUTES))
    with monkeypatch.context() as patched:
        plans: list[Plan] = [read_plan(changed)]
        patched.setattr("busan_safety.evaluation.run.load_plans", lambda: plans)
        later = only(evaluate(programmes=ROUTES))
    back = only(evaluate(programmes=ROUTES))

    assert original.plan_changed is False
    assert later.plan_changed is True
    assert later.plan_hash != original.plan_hash
    assert back.plan_changed is False


def test_unknown_programme_is_named_with_the_known_ones(city: psycopg.Connection) -> None:
    with pytest.raises(UnknownProgramme, match=r"living_lab.*safe_routes"):
        evaluate(programmes=["living_lab"])


def test_evaluator_reads_the_results_and_finds_every_column_explained(
    city: psycopg.Connection,
) -> None:
    evaluate(programmes=ROUTES)

    with connect("evaluator") as evaluator:
        # The role starts read-only; its missing rights must hold without that.
        evaluator.read_only = False
        rows = evaluator.execute("select effect_id from evaluation.fct_policy_effect").fetchall()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            evaluator.execute("delete from evaluation.fct_policy_effect")
    uncommented = city.execute(
        "select attrelid::regclass || '.' || attname from pg_attribute"
        " where attrelid = any(array['evaluation.fct_policy_effect',"
        " 'evaluation.plan_registration']::regclass[])"
        " and attnum > 0 and not attisdropped"
        " and col_description(attrelid, attnum) !~ '[가-힣]'"
    ).fetchall()
    assert rows == [("safe_routes_night_calls.night_calls",)]
    assert uncommented == []


def test_row_type_and_table_have_the_same_columns(city: psycopg.Connection) -> None:
    evaluate(programmes=ROUTES)

    columns = city.execute(
        "select attname from pg_attribute"
        " where attrelid = 'evaluation.fct_policy_effect'::regclass and attnum > 0 order by attnum"
    ).fetchall()
    assert [name for (name,) in columns] == list(PolicyEffect.model_fields)
