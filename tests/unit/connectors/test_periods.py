import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busan_safety.connectors.periods import finished_periods, overlaps, span_of
from busan_safety.sources.model import Periods


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024년", "2024-01-01", "2024-12-31"),
        ("202402", "2024-02-01", "2024-02-29"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024년 2월", "2024-02-01", "2024-02-29"),
        ("20240305", "2024-03-05", "2024-03-05"),
        ("2024.3.5", "2024-03-05", "2024-03-05"),
        ("2024-H2", "2024-07-01", "2024-12-31"),
        ("2024년 상반기", "2024-01-01", "2024-06-30"),
        ("2024Q3", "2024-07-01", "2024-09-30"),
        ("2024년 4분기", "2024-10-01", "2024-12-31"),
    ],
)
def test_periods_as_senders_write_them(text, first, last):
    assert span_of(text) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize("text", ["", "2024-13", "20240230", "abc", "1024", "2024-Q5", "202"])
def test_what_is_no_period_is_none(text):
    assert span_of(text) is None


@pytest.mark.parametrize(
    ("offered", "wanted", "kept"),
    [
        ("20240331", "2024-03", True),
        ("20240331", "2024-04", False),
        ("2024", "2024-03", True),
        ("2023", "2024-03", False),
        ("2024-H1", "2024-06-30", True),
        (None, "2024-03", True),
        ("봄", "2024-03", True),
        ("2024-03", None, True),
    ],
)
def test_only_what_overlaps_is_kept(offered, wanted, kept):
    assert overlaps(offered, wanted) is kept


def test_a_period_is_offered_only_when_it_is_over():
    months = Periods(unit="month", first="2023-11")
    assert finished_periods(months, dt.date(2024, 1, 31)) == ["2023-11", "2023-12"]
    assert finished_periods(months, dt.date(2024, 2, 1)) == ["2023-11", "2023-12", "2024-01"]
    assert finished_periods(months, dt.date(2023, 11, 30)) == []
    years = Periods(unit="year", first="2022")
    assert finished_periods(years, dt.date(2024, 12, 31)) == ["2022", "2023"]


@given(st.text(max_size=15))
def test_no_text_makes_a_span_fail(text):
    span = span_of(text)
    assert span is None or span[0] <= span[1]
