"""Numbers made from a hidden count, and rows and files that still print it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from busan_safety.disclosure.attack import (
    AttackRefused,
    DerivedNumber,
    attack,
    formats,
    out_of,
    per,
    same_rows,
    sentences,
    smoothed,
)
from busan_safety.disclosure.attack.files import unlike
from busan_safety.disclosure.linked import link
from busan_safety.evaluation.methods.intervals import exact_interval

PARTS = pd.DataFrame([("남구", 3), ("동구", 17), ("중구", 80)], columns=["district", "n"])
LINKED = link(PARTS, count="n", tables={"district": ["district"], "city": []})
HIDDEN = np.array([key in [("남구",), ("동구",)] for key in LINKED.cells["key"]])


def number(printed: float, digits: int, made, district: str = "남구") -> DerivedNumber:
    return DerivedNumber("district", (district,), printed, digits, made, "rate")


@pytest.mark.parametrize(
    "given",
    [
        number(1.2, 1, per(25_000, 10_000)),
        number(3.0, 1, per(100, 100)),
        number(66.7, 1, out_of(2, 100)),
        number(10.08, 2, smoothed(25_000, 16.0, 0.4, 10_000)),
        number(15.0, 1, per(20, 100)),
        number(17, 0, lambda counts: counts, "동구"),
        number(8.77, 2, np.vectorize(lambda count: exact_interval(int(count))[1])),
    ],
    ids=[
        "rate",
        "share of the city",
        "denominator",
        "smoothed",
        "share of both",
        "linked",
        "bound",
    ],
)
def test_a_rounded_number_with_what_it_was_made_of_gives_the_count(given):
    report = attack(LINKED, HIDDEN, width=4, derived=[given])

    assert [(f.kind, f.key, f.low, f.high) for f in report.findings] == [
        ("derived", ("남구",), 3, 3)
    ]


def test_a_coarsely_rounded_rate_leaves_room():
    coarse = number(0.0, 0, per(3_000_000, 100_000))

    assert not attack(LINKED, HIDDEN, width=4, derived=[coarse]).succeeded


def test_a_rate_of_a_printed_count_says_nothing_new():
    known = number(32.0, 1, per(25_000, 10_000), "중구")

    assert not attack(LINKED, HIDDEN, width=4, derived=[known]).succeeded


def test_a_rate_that_no_count_gives_is_refused():
    with pytest.raises(AttackRefused, match="no count"):
        attack(LINKED, HIDDEN, width=4, derived=[number(0.123456, 6, per(10))])


ROWS = pd.DataFrame(
    {
        "district": ["남구", "동구", "중구"],
        "year": [2024, 2024, 2024],
        "value": [None, None, 80.0],
        "rate": [None, 6.8, 3.2],
        "value_status": ["suppressed", "suppressed", "observed"],
        "sentence": [
            "2024년 남구는 공개하지 않습니다.",
            "2024년 동구에서 세 건이 있었습니다.",
            "2024년 중구에서 80건이 있었습니다.",
        ],
    }
)
IS_HIDDEN = ROWS["value_status"] == "suppressed"


def test_a_number_left_in_a_hidden_row_is_found():
    columns = {"table": "t", "key": ["district"], "hidden": IS_HIDDEN}

    found = same_rows(ROWS, numbers=["value", "rate"], **columns)

    assert [(f.kind, f.key) for f in found] == [("row", ("동구",))]
    assert same_rows(ROWS, numbers=["value"], **columns) == []


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("동구에서 세 건이 있었습니다.", True),
        ("There were three cases.", True),
        ("33% 늘었습니다.", True),
        ("2024년 값은 공개하지 않습니다.", False),
        ("개인을 알아볼 수 있을 만큼 적은 건수가 들어 있어 결과를 공개하지 않습니다.", False),
        (None, False),
    ],
)
def test_a_sentence_with_a_number_is_found(text, tells):
    rows = ROWS.assign(sentence=text)

    found = sentences(
        rows,
        table="t",
        key=["district"],
        hidden=IS_HIDDEN,
        texts=["sentence"],
        public=["year"],
    )

    assert bool(found) == tells


def test_a_cell_that_another_format_prints_is_found():
    parquet = ROWS.assign(value=[3.0, None, 80.0])

    found = formats(
        {"csv": ROWS, "parquet": parquet}, table="t", key=["district"], numbers=["value"]
    )

    assert [(f.kind, f.key, f.how) for f in found] == [
        ("format", ("남구",), "value is printed in parquet")
    ]
    assert (
        formats({"csv": ROWS, "json": ROWS}, table="t", key=["district"], numbers=["value"]) == []
    )


def test_a_format_that_leaves_hidden_rows_out_is_found():
    json = ROWS[~IS_HIDDEN]

    found = formats({"csv": ROWS, "json": json}, table="t", key=["district"], numbers=["value"])

    assert {f.how for f in found} == {"hidden row not in json"}


@pytest.mark.parametrize(
    ("parquet", "says"),
    [
        (ROWS, []),
        (ROWS.iloc[::-1], []),
        (ROWS.assign(rate=[None, 6.8, 3.1]), [("rate", ("중구",), "csv and parquet differ")]),
        (ROWS.assign(rate=[None, 6.8, None]), [("rate", ("중구",), "csv and parquet differ")]),
        (ROWS[:2], [("", ("중구",), "row not in parquet")]),
        (pd.concat([ROWS, ROWS[2:]]), [("", ("중구",), "row twice in parquet")]),
        (ROWS.drop(columns="rate"), [("rate", (), "not in all files")]),
    ],
    ids=["same", "other order", "value", "empty", "row", "twice", "column"],
)
def test_files_that_do_not_say_the_same_are_found(parquet, says):
    found = unlike({"csv": ROWS, "parquet": parquet}, table="t", key=["district"])

    assert [(f.column, f.key, f.how) for f in found] == says


def test_findings_of_rows_join_the_report():
    found = same_rows(ROWS, table="t", key=["district"], hidden=IS_HIDDEN, numbers=["rate"])
    report = attack(LINKED, HIDDEN, width=4)

    assert not report.succeeded
    assert report.with_findings(found).succeeded
    assert report.with_findings(found).public_summary()["findings_row"] == 1
