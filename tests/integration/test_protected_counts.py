"""Counts that linked tables print: rounded so that they add up, or hidden so that none comes back.

Every case ends with the attack on what the tables show, and is followed by one that it wins.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import yaml
from count_marts import add_events
from disclosure_marts import create_marts, disclosed
from disclosure_marts_people import add_people
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from busan_safety.disclosure import protect, protection
from busan_safety.disclosure.declared import COUNT, read_links
from busan_safety.disclosure.tables import TABLES
from busan_safety.settings import ROOT, get_settings

LINKS = read_links(ROOT / "expectations" / "linked")
# The package exports the function under the name of its module.
COUNTED = ("crime", "calls_112", "relational_crime")
PEOPLE = ("survey_respondents", "school_violence", "child_keepers", "zone_child_accidents")
KEYS = ("place_type", "place_code", "period_type", "period_start")


@pytest.fixture
def marts(warehouse: psycopg.Connection) -> psycopg.Connection:
    create_marts(warehouse)
    warehouse.execute("truncate ops.published_count, ops.disclosure_attack")
    return warehouse


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], None]:
    """Give the datasets other rules of rounding."""
    (tmp_path / "expectations").mkdir()
    (tmp_path / "expectations" / "linked").symlink_to(ROOT / "expectations" / "linked")

    def use(rounding: dict[str, float]) -> None:
        text = (ROOT / "expectations" / "disclosure.yml").read_text("utf-8")
        changed = yaml.safe_load(text)
        rule = changed["rounding"]["crime"]
        changed["rounding"] = {name: rule | {"above": above} for name, above in rounding.items()}
        (tmp_path / "expectations" / "disclosure.yml").write_text(yaml.safe_dump(changed))

    monkeypatch.setattr(get_settings(), "root", tmp_path)
    return use


def outcomes(marts: psycopg.Connection) -> dict[str, dict[str, Any]]:
    with marts.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("select * from ops.disclosure_attack order by 1").fetchall()
    return {row["subject"]: row for row in rows}


def test_rounded_counts_add_up_and_none_is_small(marts: psycopg.Connection) -> None:
    add_events(marts)

    protect()

    for dataset in COUNTED:
        rows = disclosed(marts, dataset)
        shown = {row[COUNT] for row in rows if row["value_status"] == "rounded"}
        assert {0, 5} <= shown
        assert not shown & {1, 2, 3, 4}
        assert {row["value_status"] for row in rows} <= {"rounded", "not_reported"}
    calls = {
        (*(row[name] for name in KEYS), row["priority_code"], row["class_code"]): row[COUNT]
        for row in disclosed(marts, "calls_112")
    }
    added = 0
    for (kind, code, period, start, *rest), count in calls.items():
        if kind == "city" and count is not None:
            districts = [
                calls["district", district, period, start, *rest]
                for district in ("26110", "26140", "26710")
            ]
            assert sum(districts) == count, (code, period, start, rest)
            added += count > 0
    assert added > 100
    assert {row["found_count"] for row in outcomes(marts).values()} == {0}


def test_what_is_not_about_people_is_exact(marts: psycopg.Connection) -> None:
    add_events(marts)

    protect()

    assert {1, 2, 3, 4} <= {row[COUNT] for row in disclosed(marts, "traffic_safety")}


def test_hidden_counts_do_not_come_back(
    marts: psycopg.Connection, policy: Callable[[dict[str, float]], None]
) -> None:
    policy({"calls_112": 0, "relational_crime": 0})
    three_districts(marts)

    protect()

    rows = region_rows(marts)
    assert {row["value_status"] for row in rows} == {"observed", "suppressed"}
    assert not {row[COUNT] for row in rows} & {1, 2, 3, 4}
    # The one small count takes others with it, in its class and in its district.
    assert sum(row["value_status"] == "suppressed" for row in rows) >= 4
    found = outcomes(marts)["crime_region_statistics"]
    assert (found["found_count"], found["method"]) == (0, "optimum")


def test_a_count_that_is_hidden_alone_is_found(
    marts: psycopg.Connection,
    policy: Callable[[dict[str, float]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy({"calls_112": 0, "relational_crime": 0})
    three_districts(marts)
    careless("busan_safety.disclosure.linked_counts.suppress", monkeypatch)

    protect()

    found = outcomes(marts)["crime_region_statistics"]
    # The class, and its group, which has no other class.
    assert (found["hidden_count"], found["found_count"]) == (2, 2)


def test_a_small_count_that_is_not_rounded_is_found(
    marts: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_events(marts)
    monkeypatch.setattr("busan_safety.disclosure.linked_counts._store_rounded", lambda *_: None)

    protect()

    assert outcomes(marts)["relational_reports"]["found_count"] > 0


def test_indicators_take_the_protected_counts(marts: psycopg.Connection) -> None:
    add_events(marts)
    add_indicators(marts)

    protect()

    rounded = {
        tuple(row[name] for name in KEYS): row[COUNT]
        for row in disclosed(marts, "calls_112")
        if row["priority_code"] == "all" and row["class_code"] == "total"
    }
    rows = disclosed(marts, "safety_indicators")
    assert len(rows) == 9
    for row in rows:
        count = rounded[tuple(row[name] for name in KEYS)]
        assert (row["numerator"], row["value_status"]) == (count, "rounded")
        assert float(row["value"]) == pytest.approx(count / 1000 * 1000)
        assert row["lower_95"] <= row["value"] <= row["upper_95"]
        assert row["interval_method"] == ("exact" if count < 10 else "byar")
    assert outcomes(marts)["shared_counts"]["found_count"] == 0
    assert outcomes(marts)["shared_counts"]["cell_count"] == 9


def test_an_exact_count_in_an_indicator_is_found(
    marts: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_events(marts)
    add_indicators(marts)
    monkeypatch.setattr(protection, "share_counts", lambda *_: None)

    protect()

    assert outcomes(marts)["shared_counts"]["found_count"] > 0


def test_an_indicator_of_a_hidden_count_is_hidden(
    marts: psycopg.Connection, policy: Callable[[dict[str, float]], None]
) -> None:
    policy({"calls_112": 0, "relational_crime": 0})
    three_districts(marts)
    hidden = next(
        row for row in exact_rows(marts) if (row["class_level"], row[COUNT]) == ("group", 3)
    )
    for district in ("26110", "26140", "26710"):
        marts.execute(
            "insert into marts.fct_indicator_value select 'theft_rate', 1, 'district', %s, 'year',"
            " '2024-01-01', '2024-12-31', 9, 1000, 90, 1, 100, 'exact', 'observed', 'residents',"
            " false, null, '2024-12-31', true",
            [district],
        )

    protect()

    theft = {
        row["place_code"]: row
        for row in region_rows(marts)
        if (row["place_type"], row["class_code"]) == ("district", "theft")
        and row["class_level"] == "group"
    }
    shown = disclosed(marts, "safety_indicators")
    assert hidden["class_code"] in {"theft", "violence"}
    for row in shown:
        count = theft[row["place_code"]][COUNT]
        assert row["numerator"] == count
        assert row["denominator"] == 1000
        assert (row["value"] is None) == (count is None)
        assert row["value_status"] == ("suppressed" if count is None else "observed")
    assert {row["value_status"] for row in shown} == {"suppressed", "observed"}


def test_what_was_hidden_stays_hidden_after_a_release(
    marts: psycopg.Connection, policy: Callable[[dict[str, float]], None]
) -> None:
    policy({"calls_112": 0, "relational_crime": 0})
    three_districts(marts)
    protect()
    first = {key(row): row[COUNT] for row in region_rows(marts)}
    publish(marts, "crime", "2024.12.1")
    # The next year: nothing of the year before may be printed otherwise.
    marts.execute(
        "insert into marts.fct_crimes_by_region select district_code, 2025, crime_class_code,"
        " crime_group, incident_count * 7, is_five_major, true from marts.fct_crimes_by_region"
        " where year = 2024"
    )

    protect()

    second = {key(row): row[COUNT] for row in region_rows(marts)}
    assert first.items() <= second.items()
    assert len(second) == 2 * len(first)
    assert outcomes(marts)["crime_region_statistics"]["found_count"] == 0


def test_a_count_that_an_earlier_release_gives_away_is_found(
    marts: psycopg.Connection, policy: Callable[[dict[str, float]], None]
) -> None:
    policy({"calls_112": 0, "relational_crime": 0})
    three_districts(marts)
    protect()
    hidden = next(
        row
        for row in region_rows(marts)
        if row["value_status"] == "suppressed" and row["class_level"] == "class"
    )
    exact = {key(row): row[COUNT] for row in exact_rows(marts)}
    assert exact[key(hidden)] >= 1
    # As if a release had printed every count of that class.
    publish(marts, "crime", "2024.11.1", tell=exact)

    protect()

    found = outcomes(marts)["crime_region_statistics"]
    assert found["method"] == "impossible"
    assert found["found_count"] > 0


def test_what_was_rounded_is_rounded_again(
    marts: psycopg.Connection, policy: Callable[[dict[str, float]], None]
) -> None:
    policy({"crime": 0, "calls_112": 0, "relational_crime": 0})
    three_districts(marts)
    protect()
    assert outcomes(marts)["crime_region_statistics"]["method"] == "rounding"
    publish(marts, "crime", "2024.12.1")
    policy({"crime": 1, "calls_112": 0, "relational_crime": 0})

    protect()

    assert outcomes(marts)["crime_region_statistics"]["method"] == "rounding"
    assert {row["value_status"] for row in region_rows(marts)} == {"rounded"}


def test_hidden_people_do_not_come_back_from_the_city(marts: psycopg.Connection) -> None:
    add_people(marts)

    protect()

    found = outcomes(marts)
    assert {name: found[name]["found_count"] for name in PEOPLE} == dict.fromkeys(PEOPLE, 0)
    assert all(found[name]["hidden_count"] >= 2 for name in PEOPLE)
    answers = [row for row in disclosed(marts, "citizen_survey") if row["question"] == "safety_all"]
    hidden = [row for row in answers if row["value_status"] == "suppressed"]
    # Jung-gu alone has few. The city less the others would tell it, so one of these goes with it.
    assert sorted((row["survey_year"], row["group_code"]) for row in hidden) == [
        (2023, "26110"), (2023, "26140"), (2024, "26110"), (2024, "26140"),
    ]  # fmt: skip
    numbers = LINKS["citizen_survey"].numbers
    assert {row[name] for row in hidden for name in numbers} == {None}


def test_people_that_are_hidden_alone_are_found(
    marts: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_people(marts)
    careless("busan_safety.disclosure.linked_counts.suppress", monkeypatch)

    protect()

    found = outcomes(marts)
    assert [name for name in PEOPLE if not found[name]["found_count"]] == []


def test_second_release_of_people_prints_the_same(marts: psycopg.Connection) -> None:
    add_people(marts)
    protect()
    before = in_order(marts)
    # Three pupils were asked, and none reports violence: the zero is hidden with their number.
    assert ("suppressed", None) in {
        (row["value_status"], row["count_value"])
        for row in before["schools_child_safety"]
        if (row["measure_id"], row["place_code"], row["school_level"])
        == ("violence_victims", "26110", "high")
    }
    for name in before:
        publish(marts, name, "2024.12.1")

    protect()

    assert in_order(marts) == before
    found = outcomes(marts)
    assert {name: found[name]["found_count"] for name in PEOPLE} == dict.fromkeys(PEOPLE, 0)


def in_order(marts: psycopg.Connection) -> dict[str, list[dict[str, Any]]]:
    return {
        name: disclosed(marts, name, ", ".join(TABLES[name].key))  # type: ignore[index]
        for name in ("citizen_survey", "schools_child_safety")
    }


def three_districts(marts: psycopg.Connection) -> None:
    """One year of the regional statistics, three districts and four classes, one count of 3."""
    marts.execute(
        "insert into marts.fct_crimes_by_region"
        " select district_code, 2024, crime_class_code, five_major_group,"
        " case when district_code = '26110' and crime_class_code = 'assault' then 3"
        " else 20 + ascii(crime_class_code) %% 13 + substr(district_code, 3)::integer %% 11 end,"
        " is_five_major, true from marts.dim_district, marts.dim_crime_class",
        [],
    )


def add_indicators(marts: psycopg.Connection) -> None:
    """The rate of all calls of three months and districts, with the exact numerators."""
    marts.execute(
        "insert into marts.fct_indicator_value"
        " select 'call_112_rate', 1, 'district', district_code, 'month', month,"
        " (month + interval '1 month - 1 day')::date, count(*), 1000, count(*), 0, 999,"
        " 'exact', 'observed', 'residents', false, null, '2024-12-31', true"
        " from marts.fct_112_calls where month in ('2023-01-01', '2023-02-01', '2023-03-01')"
        " group by district_code, month"
    )


def region_rows(marts: psycopg.Connection) -> list[dict[str, Any]]:
    return [
        row
        for row in disclosed(marts, "crime")
        if row["source"] == "region_statistics" and row["value_status"] != "not_reported"
    ]


def exact_rows(marts: psycopg.Connection) -> list[dict[str, Any]]:
    """What the rows would be if nothing were protected."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("busan_safety.disclosure.policy.Policy.threshold", lambda *_: None)
        protect()
    rows = region_rows(marts)
    marts.execute("truncate ops.disclosure_attack")
    return rows


def key(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in TABLES["crime"].key)


def publish(
    marts: psycopg.Connection,
    dataset: str,
    version: str,
    tell: dict[tuple[str, ...], int] | None = None,
) -> None:
    """Enter the disclosed rows into the ledger, with other counts where `tell` has them."""
    names = TABLES[dataset].key  # type: ignore[index]
    for row in disclosed(marts, dataset):
        for column in LINKS[dataset].counts:  # type: ignore[index]
            count = row[column] if tell is None else tell.get(key(row), row[column])
            status = row["value_status"] if tell is None or count is None else "observed"
            row_key = Jsonb({name: str(row[name]) for name in names})
            marts.execute(
                "insert into ops.published_count (dataset, version, row_key, count_column,"
                " event_count, value_status) values (%s, %s, %s, %s, %s, %s)",
                [dataset, version, row_key, column, count, status],
            )


def careless(name: str, patch: pytest.MonkeyPatch) -> None:
    """Hide nothing but the small counts themselves."""
    from busan_safety.disclosure.suppression import suppress

    def primary_only(linked: Any, **options: Any) -> Any:
        pattern = suppress(linked, **options)
        if pattern.rounded is not None:
            return pattern
        small = np.isin(linked.values, range(1, options["thresholds"]))
        return dataclasses.replace(pattern, hidden=small)

    patch.setattr(name, primary_only)
