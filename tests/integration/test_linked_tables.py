"""Every count that is published is the sum of the parts that its declaration names."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import Any

import pandas as pd
import psycopg
import pytest
import yaml
from count_marts import add_events
from disclosure_marts import create_marts, disclosed
from disclosure_marts_people import add_people

from busan_safety.disclosure import protect
from busan_safety.disclosure.declared import COUNT, CountTable, Fact, read_links
from busan_safety.disclosure.linked import link
from busan_safety.disclosure.linked_counts import make_parts
from busan_safety.settings import ROOT, get_settings
from busan_safety.warehouse import connect

LINKS = read_links(ROOT / "expectations" / "linked")
# Schools, zones and hours: rows that count no people.
THINGS = {"keeper_schools", "child_zones", "camera_zones"}


@pytest.fixture(scope="module")
def unhidden(
    warehouse: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory
) -> psycopg.Connection:
    """All datasets disclosed under a policy that hides nothing."""
    create_marts(warehouse)
    add_events(warehouse)
    add_people(warehouse)
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(ROOT / "expectations", root / "expectations")
    policy = yaml.safe_load((ROOT / "expectations" / "disclosure.yml").read_text("utf-8"))
    for rule in policy["classes"].values():
        rule["threshold"] = None
    (root / "expectations" / "disclosure.yml").write_text(yaml.safe_dump(policy))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(get_settings(), "root", root)
        protect()
    return warehouse


@pytest.mark.parametrize("dataset", LINKS)
def test_every_published_count_is_the_sum_of_its_parts(
    unhidden: psycopg.Connection, dataset: str
) -> None:
    rows = disclosed(unhidden, dataset)
    sums = {fact.parts: cells_of(fact, parts) for fact, parts in parts_of(dataset)}

    found: Counter[str] = Counter()
    for row in rows:
        for table, fact in tables_of(row, dataset):
            cell = tuple(str(row[column]) for column in table.by)
            expected = int(sums[fact].pop((table.name, cell), 0))
            if row["value_status"] == "not_reported":
                assert row[table.count] is None
                continue
            assert row[table.count] == expected, (table.name, cell)
            found[table.name] += expected > 0

    assert not any(sums.values()), "a cell of the parts has no row"
    assert set(found) == {
        table.name for fact in LINKS[dataset].facts for table in fact.count_tables
    }
    assert all(found.values())


def test_periods_that_were_not_delivered_are_not_reported(unhidden: psycopg.Connection) -> None:
    for dataset in ("crime", "calls_112", "relational_crime"):
        rows = [r for r in disclosed(unhidden, dataset) if r.get("source") in (None, "incidents")]
        missing = {
            (r["period_type"], str(r["period_start"]))
            for r in rows
            if r["value_status"] == "not_reported" and r.get("measure") != "rereported"
        }
        assert missing == {
            ("month", "2024-05-01"), ("quarter", "2024-04-01"), ("year", "2024-01-01"),
        }  # fmt: skip


def test_rereports_need_the_ninety_days_before(unhidden: psycopg.Connection) -> None:
    rows = [r for r in disclosed(unhidden, "relational_crime") if r["measure"] == "rereported"]

    told = {
        str(r["period_start"]) for r in rows
        if r["period_type"] == "month" and r["value_status"] == "observed"
    }  # fmt: skip
    # Deliveries begin in September 2022. The 90 days before June to August 2024 hold the lost May,
    # those before September begin on 3 June.
    assert min(told) == "2022-12-01"
    assert not told & {f"2024-0{month}-01" for month in (5, 6, 7, 8)}
    assert {"2024-04-01", "2024-09-01", "2024-10-01"} <= told


def test_city_is_not_reported_in_a_year_that_a_district_lacks(
    unhidden: psycopg.Connection,
) -> None:
    rows = [r for r in disclosed(unhidden, "crime") if r["source"] == "region_statistics"]

    missing = {
        (r["place_code"], r["period_start"].year)
        for r in rows
        if r["value_status"] == "not_reported"
    }
    assert missing == {("26710", 2023), ("26", 2023)}


def test_station_has_rows_from_the_day_it_opens(unhidden: psycopg.Connection) -> None:
    assert "suyeong" not in {row["place_code"] for row in disclosed(unhidden, "crime")}


def parts_of(dataset: str) -> list[tuple[Fact, pd.DataFrame]]:
    linked = LINKS[dataset]  # type: ignore[index]
    with connect("transformer") as connection:
        make_parts(connection, linked)
        made = []
        for fact in linked.facts:
            cursor = connection.execute(f"select * from {fact.temporary_table}")
            names = [column.name for column in cursor.description or []]
            frame = pd.DataFrame(cursor.fetchall(), columns=names)
            made.append((fact, frame.astype(dict.fromkeys(frame.columns.drop(COUNT), "object"))))
        connection.rollback()
    return made


def cells_of(fact: Fact, parts: pd.DataFrame) -> dict[tuple[str, tuple[str, ...]], int]:
    tables = {table.name: list(table.by.values()) for table in fact.count_tables}
    linked = link(parts, count=COUNT, tables=tables)
    keys = [tuple(map(str, key)) for key in linked.cells["key"]]
    return dict(zip(zip(linked.cells["table"], keys, strict=True), linked.values, strict=True))


def tables_of(row: dict[str, Any], dataset: str) -> list[tuple[CountTable, str]]:
    """The one table of each count that the row prints."""
    of = [
        (table, fact.parts)
        for fact in LINKS[dataset].facts  # type: ignore[index]
        for table in fact.count_tables
        if table.holds(row)
    ]
    columns = [table.count for table, _ in of]
    is_counted = row.get("measure_id") not in THINGS
    assert bool(of) == is_counted and len(set(columns)) == len(columns), (row, columns)
    return of
