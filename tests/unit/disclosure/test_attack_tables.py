"""Each way to compute a hidden count has a table in which it works and one in which it does not."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from busan_safety.disclosure.attack import AttackRefused, Knowledge, Singletons, attack
from busan_safety.disclosure.linked import LinkedTables, link

DISTRICTS = {"district": ["district"], "city": []}


def city(**counts: int) -> LinkedTables:
    """Counts of districts and of the city."""
    parts = pd.DataFrame(list(counts.items()), columns=["district", "n"])
    return link(parts, count="n", tables=DISTRICTS)


def mask(linked: LinkedTables, *hidden: tuple[str, tuple[object, ...]]) -> np.ndarray:
    """Mark cells by table and key; each exists."""
    names = list(zip(linked.cells["table"], linked.cells["key"], strict=True))
    assert set(hidden) <= set(names)
    return np.array([name in hidden for name in names])


def districts(linked: LinkedTables, *names: str) -> np.ndarray:
    return mask(linked, *(("district", (name,)) for name in names))


def test_a_district_alone_is_the_city_less_the_others():
    linked = city(남구=3, 중구=5, 서구=4)

    report = attack(linked, districts(linked, "남구"), width=4)

    (finding,) = report.findings
    assert (finding.kind, finding.table, finding.key) == ("tables", "district", ("남구",))
    assert (finding.low, finding.high, finding.required) == (3, 3, 4)
    assert finding.how == "city total 12 - district 서구 4 - district 중구 5, so 3"


def test_two_districts_hide_each_other_if_they_leave_room():
    linked = city(남구=3, 중구=5, 서구=4)

    report = attack(linked, districts(linked, "남구", "중구"), width=4)

    assert not report.succeeded
    assert (report.hidden, report.graded) == (2, 1)


def test_room_is_what_the_policy_asks_and_not_less():
    linked = city(남구=3, 중구=3, 서구=40)
    hidden = districts(linked, "남구", "중구")

    # Both are 1 to 5: wide enough for 4, not for 5.
    assert not attack(linked, hidden, width=4).succeeded
    assert {(f.low, f.high) for f in attack(linked, hidden, width=5).findings} == {(1, 5)}


def test_a_count_that_could_have_been_printed_may_be_found():
    linked = city(남구=30, 중구=5)

    assert not attack(linked, districts(linked, "남구"), width=4).succeeded
    asked = np.full(3, 4)
    assert attack(linked, districts(linked, "남구"), width=asked).succeeded


def test_hidden_counts_are_not_zero_since_zeros_are_published():
    linked = city(남구=1, 중구=4, 서구=40)
    hidden = districts(linked, "남구", "중구")

    assert {(f.low, f.high) for f in attack(linked, hidden, width=4).findings} == {(1, 4)}
    unknowing = Knowledge(zeros_are_published=False)
    assert not attack(linked, hidden, width=4, knowledge=unknowing).succeeded


def test_a_hidden_zero_is_refused_while_zeros_are_published():
    linked = city(남구=0, 중구=4, 서구=3)
    hidden = districts(linked, "남구", "중구")

    with pytest.raises(AttackRefused, match="zero is hidden"):
        attack(linked, hidden, width=4)
    assert not attack(
        linked, hidden, width=4, knowledge=Knowledge(zeros_are_published=False)
    ).succeeded


STATIONS = pd.DataFrame(
    [
        ("남구", "남부", 20),
        ("수영구", "남부", 3),
        ("수영구", "연제", 7),
        ("연제구", "연제", 30),
        ("중구", "중부", 9),
    ],
    columns=["district", "station", "n"],
)


def test_two_stations_less_two_districts_are_the_third_district():
    linked = link(STATIONS, count="n", tables={"district": ["district"], "station": ["station"]})

    report = attack(linked, districts(linked, "수영구"), width=np.full(len(linked.values), 4))

    assert [(f.key, f.low, f.high) for f in report.findings] == [(("수영구",), 10, 10)]


def test_a_station_and_its_districts_give_a_crossing_part_away():
    linked = link(
        STATIONS,
        count="n",
        tables={"district": ["district"], "station": ["station"], "both": ["district", "station"]},
    )
    crossing = mask(linked, ("both", ("수영구", "남부")))

    assert attack(linked, crossing, width=4).of("tables")[0].low == 3
    wider = crossing | mask(
        linked,
        ("both", ("남구", "남부")),
        ("both", ("연제구", "연제")),
        ("both", ("수영구", "연제")),
        ("district", ("남구",)),
        ("district", ("연제구",)),
    )
    assert not attack(linked, wider, width=4).succeeded


def test_a_quarter_less_two_months_is_the_third():
    parts = pd.DataFrame({"month": [1, 2, 3], "quarter": 1, "n": [9, 2, 6]})
    linked = link(parts, count="n", tables={"month": ["month"], "quarter": ["quarter"]})
    hidden = mask(linked, ("month", (2,)))

    assert attack(linked, hidden, width=4).findings[0].how == (
        "quarter 1 17 - month 1 9 - month 3 6, so 2"
    )
    assert not attack(linked, hidden | mask(linked, ("quarter", (1,))), width=4).succeeded


def test_counts_that_elimination_cannot_see_come_back_because_none_is_negative():
    # Rows add up to 2 and 40, columns to 40 and 2: no cell is a sum or difference of printed ones.
    parts = pd.DataFrame(list(product("ab", "xy")), columns=["row", "column"])
    linked = link(
        parts.assign(n=[1, 1, 39, 1]),
        count="n",
        tables={"cell": ["row", "column"], "row": ["row"], "column": ["column"]},
    )
    hidden = np.asarray(linked.cells["table"] == "cell")

    report = attack(linked, hidden, width=4)

    assert [(f.key, f.low) for f in report.findings] == [
        (("a", "x"), 1),
        (("a", "y"), 1),
        (("b", "y"), 1),
    ]
    assert {f.how for f in report.findings} == {"from all printed cells together, so 1"}


def test_the_same_events_under_another_name_give_a_count_away():
    parts = pd.DataFrame([("중구", "중부", 3), ("남구", "남부", 9)], columns=["d", "s", "n"])
    linked = link(parts, count="n", tables={"district": ["d"], "station": ["s"]})

    one = mask(linked, ("district", ("중구",)))
    assert attack(linked, one, width=4).findings[0].how == "station 중부 3, so 3"
    assert not attack(linked, one | mask(linked, ("station", ("중부",))), width=4).succeeded


def test_one_who_is_alone_in_a_cell_computes_the_other():
    linked = city(남구=1, 중구=9, 서구=30)
    hidden = districts(linked, "남구", "중구")
    asked = np.where(hidden, 4, 0)

    assert not attack(linked, hidden, width=asked).succeeded
    report = attack(linked, hidden, width=asked, singletons=Singletons())
    assert [(f.kind, f.key, f.low, f.high) for f in report.findings] == [
        ("singleton", ("중구",), 9, 9)
    ]


def test_a_third_hidden_count_protects_from_one_contributor_but_not_from_two():
    linked = city(남구=1, 동구=1, 중구=9, 서구=30)
    hidden = districts(linked, "남구", "동구", "중구")
    asked = np.where(hidden, 4, 0)

    assert not attack(linked, hidden, width=asked, singletons=Singletons()).succeeded
    both = attack(linked, hidden, width=asked, singletons=Singletons(collude=2))
    assert [(f.kind, f.key, f.low) for f in both.findings] == [("collusion", ("중구",), 9)]


def test_the_public_summary_tells_how_many_and_nothing_else():
    linked = city(남구=3, 중구=5, 서구=4)

    summary = attack(linked, districts(linked, "남구"), width=4).public_summary()

    assert summary == {
        "hidden_cells": 1,
        "graded_cells": 1,
        "findings": 1,
        "exact": 1,
        "findings_tables": 1,
    }


def test_the_adversary_never_sees_a_hidden_value():
    honest = city(남구=3, 중구=5, 서구=4)
    hidden = districts(honest, "남구", "중구")
    other = city(남구=5, 중구=3, 서구=4)
    asked = np.where(hidden, 9, 0)

    assert attack(honest, hidden, width=asked) == attack(other, hidden, width=asked)
