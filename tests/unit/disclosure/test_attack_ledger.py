"""What was ever published stays known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from busan_safety.disclosure.attack import attack
from busan_safety.disclosure.linked import link

TABLES = {"district": ["district"], "city": []}


def linked_of(**counts: int):
    parts = pd.DataFrame(sorted(counts.items()), columns=["district", "n"])
    return link(parts, count="n", tables=TABLES)


def entries(version: str, linked, hidden: np.ndarray, **more: object) -> pd.DataFrame:
    """A release as the ledger keeps it."""
    values = pd.Series(linked.values, dtype="Int64").mask(hidden)
    return linked.cells.assign(version=version, value=values, **more)


def hide(linked, *names: str) -> np.ndarray:
    return np.array([key in [(name,) for name in names] for key in linked.cells["key"]])


def test_a_count_that_was_printed_once_is_known():
    linked = linked_of(남구=3, 동구=7, 중구=50)
    ledger = entries("2024.01.1", linked, hide(linked))
    hidden = hide(linked, "남구", "동구")

    assert not attack(linked, hidden, width=4).succeeded
    report = attack(linked, hidden, width=4, ledger=ledger)
    assert [(f.kind, f.key, f.low, f.high) for f in report.findings] == [
        ("ledger", ("남구",), 3, 3)
    ]
    assert report.findings[0].how == "district 남구 [2024.01.1] 3, so 3"


def test_another_mask_in_an_earlier_release_opens_the_new_one():
    linked = linked_of(남구=3, 동구=7, 중구=50)
    ledger = entries("2024.01.1", linked, hide(linked, "남구", "중구"))

    assert attack(linked, hide(linked, "남구", "동구"), width=4, ledger=ledger).succeeded


def test_the_same_mask_as_before_opens_nothing():
    linked = linked_of(남구=3, 동구=7, 중구=50)
    hidden = hide(linked, "남구", "동구")

    assert not attack(linked, hidden, width=4, ledger=entries("1", linked, hidden)).succeeded


def test_an_old_count_of_data_that_were_revised_says_nothing_exact_of_today():
    before, now = linked_of(남구=2, 동구=7, 중구=50), linked_of(남구=4, 동구=7, 중구=50)
    hidden = hide(now, "남구", "동구")

    report = attack(now, hidden, width=4, ledger=entries("1", before, hide(before)))
    denied = entries("1", before, hide(before), revised=False)

    assert not report.of("tables", "ledger")
    with pytest.raises(Exception, match="contradict"):
        attack(now, hidden, width=4, ledger=denied)


def test_a_late_correction_opens_the_count_that_was_hidden_before_it():
    # 남구 rises from 3 to 6 and is printed; 동구, printed at last, was 7 then as now.
    before, now = linked_of(남구=3, 동구=7, 중구=50), linked_of(남구=6, 동구=7, 중구=50)
    ledger = entries("1", before, hide(before, "남구", "동구"))
    ledger["revised"] = [key in [(), ("남구",)] for key in ledger["key"]]

    report = attack(now, hide(now), width=4, ledger=ledger)

    assert [(f.kind, f.key, f.low) for f in report.of("then")] == [("then", ("남구",), 3)]
    assert not attack(now, hide(now, "남구", "동구"), width=4, ledger=ledger).of("then", "tables")


def test_a_small_change_between_releases_is_a_small_count_of_new_reports():
    before, now = linked_of(남구=30, 동구=7, 중구=50), linked_of(남구=33, 동구=17, 중구=50)

    report = attack(now, hide(now), width=4, ledger=entries("1", before, hide(before)))

    assert [(f.kind, f.key, f.low, f.how) for f in report.findings] == [
        ("increment", ("남구",), 3, "now 33 - 1 30")
    ]
    assert not attack(now, hide(now), width=2, ledger=entries("1", before, hide(before))).succeeded


def test_two_releases_that_both_moved_are_compared_one_by_one():
    first, second, now = (linked_of(남구=n, 동구=9) for n in (30, 40, 42))
    ledger = pd.concat([entries("1", first, hide(first)), entries("2", second, hide(second))])

    report = attack(now, hide(now), width=4, ledger=ledger)

    assert {f.how for f in report.of("increment")} == {"now 42 - 2 40", "now 51 - 2 49"}


def test_a_move_inside_an_unchanged_total_is_no_contradiction():
    parts = [("남구", "a"), ("남구", "b"), ("동구", "a"), ("동구", "b")]
    frame = pd.DataFrame(parts, columns=["district", "class"])
    tables = {"cell": ["district", "class"], "district": ["district"], "class": ["class"]}
    before = link(frame.assign(n=[20, 10, 3, 8]), count="n", tables=tables)
    now = link(frame.assign(n=[10, 20, 3, 8]), count="n", tables=tables)

    report = attack(
        now, np.zeros(8, dtype=bool), width=4, ledger=entries("1", before, np.zeros(8, dtype=bool))
    )

    assert not report.succeeded


def test_a_table_of_the_past_has_to_be_among_the_linked_ones():
    linked = linked_of(남구=3, 동구=7)
    ledger = entries("1", linked, hide(linked)).assign(table="station")

    with pytest.raises(ValueError, match="add the table and mark its cells absent"):
        attack(linked, hide(linked, "남구"), width=4, ledger=ledger)


def test_a_table_that_is_no_longer_printed_still_gives_counts_away():
    frame = pd.DataFrame({"district": ["남구", "동구"], "half": [1, 1], "n": [3, 9]})
    linked = link(frame, count="n", tables={**TABLES, "half": ["half"]})
    absent = np.asarray(linked.cells["table"] == "city")
    half = np.asarray(linked.cells["table"] == "half")
    hidden = hide(linked, "남구") | half
    ledger = entries("1", linked, ~absent)
    ledger = ledger[ledger["table"] == "city"]

    assert not attack(linked, hidden, width=4, absent=absent).succeeded
    assert attack(linked, hidden, width=4, absent=absent, ledger=ledger).of("ledger")
