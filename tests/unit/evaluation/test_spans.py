from datetime import date

import pytest

from busan_safety.evaluation.spans import label, last_day, span


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-H2", date(2024, 7, 1), date(2024, 12, 31)),
        ("2024-q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-12-31", date(2024, 12, 31), date(2024, 12, 31)),
    ],
)
def test_a_period_is_its_first_and_last_day(text: str, first: date, last: date) -> None:
    assert span(text) == (first, last)


@pytest.mark.parametrize("text", ["", "24", "2024-13", "2024-Q5", "2024-H3", "2024-02-30", "0000"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        span(text)


@pytest.mark.parametrize(
    ("kind", "text"), [("month", "2024-10"), ("quarter", "2024-Q4"), ("year", "2024")]
)
def test_a_label_is_read_back_as_its_period(kind: str, text: str) -> None:
    first, last = span(text)

    assert label(first, kind) == text
    assert last_day(first, kind) == last
