"""Declarations of linked tables: complete, or refused in one sentence."""

from __future__ import annotations

import csv
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from busan_safety.disclosure.declared import LinkedDataset, LinksRefused, read_links
from busan_safety.disclosure.tables import TABLES
from busan_safety.settings import ROOT

LINKS = read_links(ROOT / "expectations" / "linked")

SMALL: dict[str, Any] = {
    "version": 1,
    "dataset": "crime",
    "facts": [
        {
            "parts": "crime_incidents",
            "rows": {"source": "incidents"},
            "tables": [
                {
                    "place": {
                        "city": {"rows": {"place_type": "city"}},
                        "district": {
                            "rows": {"place_type": "district"},
                            "by": {"place_code": "district_code"},
                        },
                    },
                    "class": {
                        "all": {"rows": {"class_code": "total"}},
                        "group": {
                            "unlike": {"class_code": "total"},
                            "by": {"class_code": "crime_group"},
                        },
                    },
                }
            ],
        }
    ],
}


def write(folder: Path, content: Any, name: str = "crime.yml") -> Path:
    (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder


def test_tables_are_all_combinations_of_levels(tmp_path: Path) -> None:
    (fact,) = read_links(write(tmp_path, SMALL))["crime"].facts

    found = {table.name: (table.rows, table.unlike, table.by) for table in fact.count_tables}

    city = {"source": "incidents", "place_type": "city"}
    district = {"source": "incidents", "place_type": "district"}
    total = {"class_code": "total"}
    by_group, by_district = {"class_code": "crime_group"}, {"place_code": "district_code"}
    assert found == {
        "crime_incidents.city.all": (city | total, {}, {}),
        "crime_incidents.city.group": (city, total, by_group),
        "crime_incidents.district.all": (district | total, {}, by_district),
        "crime_incidents.district.group": (district, total, by_district | by_group),
    }


def test_row_is_a_cell_of_the_table_that_it_is_like(tmp_path: Path) -> None:
    (fact,) = read_links(write(tmp_path, SMALL))["crime"].facts
    row = {"source": "incidents", "place_type": "city", "class_code": "theft"}

    assert [t.name for t in fact.count_tables if t.holds(row)] == ["crime_incidents.city.group"]


def test_file_named_as_another_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LinksRefused, match=r"calls_112\.yml declares the dataset crime"):
        read_links(write(tmp_path, SMALL, "calls_112.yml"))


def test_unknown_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LinksRefused, match="unlinked"):
        read_links(write(tmp_path, SMALL | {"unlinked": True}))


def test_two_levels_that_set_the_same_column_are_refused(tmp_path: Path) -> None:
    content = deepcopy(SMALL)
    content["facts"][0]["rows"]["place_type"] = "city"

    with pytest.raises(LinksRefused, match="two levels of one table set place_type"):
        read_links(write(tmp_path, content))


def test_counts_stand_in_the_declared_column(tmp_path: Path) -> None:
    content = deepcopy(SMALL) | {"count": "count_value", "hidden_with": ["base_count", "rate"]}
    content["facts"][0]["tables"][0]["class"]["group"]["count"] = "base_count"
    linked = read_links(write(tmp_path, content))["crime"]

    found = {table.name.rpartition(".")[2]: table.count for table in linked.facts[0].count_tables}
    assert found == {"all": "count_value", "group": "base_count"}
    assert linked.numbers == ("count_value", "base_count", "rate")
    assert linked.counts == {"count_value", "base_count"}


def test_second_count_that_a_hidden_row_would_keep_is_refused(tmp_path: Path) -> None:
    content = deepcopy(SMALL)
    content["facts"][0]["tables"][0]["class"]["group"]["count"] = "base_count"

    with pytest.raises(LinksRefused, match="counts that a hidden row would keep: base_count"):
        read_links(write(tmp_path, content))


def test_two_levels_that_name_a_count_are_refused(tmp_path: Path) -> None:
    content = deepcopy(SMALL) | {"hidden_with": ["base_count"]}
    for dimension, level in (("place", "city"), ("class", "group")):
        content["facts"][0]["tables"][0][dimension][level]["count"] = "base_count"

    with pytest.raises(LinksRefused, match="two levels of one table name a count"):
        read_links(write(tmp_path, content))


@pytest.mark.parametrize("linked", LINKS.values(), ids=LINKS)
def test_declarations_name_columns_that_are_there(linked: LinkedDataset) -> None:
    columns = {column.name for column in TABLES[linked.dataset].columns}
    named = {
        name
        for fact in linked.facts
        for table in fact.count_tables
        for name in (*table.rows, *table.unlike, *table.by)
    }
    shared = [
        row
        for fact in linked.facts
        for known in fact.indicators
        for row in (*known.numerator, *known.denominator)
    ]

    assert named <= columns
    assert all(set(row) <= columns for row in shared)
    assert {*linked.numbers, *linked.counts} <= columns


def test_shared_indicators_are_declared(indicator_versions: set[tuple[str, int]]) -> None:
    shared = {
        (known.id, known.definition_version)
        for linked in LINKS.values()
        for fact in linked.facts
        for known in fact.indicators
    }

    assert shared <= indicator_versions


@pytest.fixture
def indicator_versions() -> set[tuple[str, int]]:
    path = ROOT / "dbt_project" / "seeds" / "indicators.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {(r["indicator_id"], int(r["definition_version"])) for r in csv.DictReader(file)}


def test_indicators_that_only_share_events_are_told_to_readers() -> None:
    page = (ROOT / "docs" / "explanation" / "linked-tables.md").read_text("utf-8")
    section = page.partition("## Indicators that only share events")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))
    shared = [one for linked in LINKS.values() for fact in linked.facts for one in fact.indicators]
    noted = {one.id for one in shared if one.note}

    assert len(noted) > 5
    assert noted <= listed <= {one.id for one in shared}
