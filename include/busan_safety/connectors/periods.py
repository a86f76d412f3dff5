"""Periods of offers: which there are, what a sender calls them, which days they cover."""

from __future__ import annotations

import datetime as dt
import re

from busan_safety.sources.model import Periods

_TIGHT = re.compile(r"((?:19|20)\d{2})년?(?:(\d{2})(\d{2})?)?")
_PART_OF_YEAR = re.compile(
    r"(?P<year>(?:19|20)\d{2})\s*(?:년|[-._/])?\s*"
    r"(?:(?P<half>[Hh][12]|상반기|하반기)|[Qq](?P<quarter>[1-4])|(?P<korean>[1-4])\s*분기)"
)
_WITH_MONTH = re.compile(
    r"((?:19|20)\d{2})\s*(?:년|[-._/ ])\s*(\d{1,2})(?:\s*월)?"
    r"(?:\s*[-._/ ]?\s*(?<=\D)(\d{1,2})일?)?"
)
Span = tuple[dt.date, dt.date]


def span_of(text: str) -> Span | None:
    """First and last day of `2024`, `2024-H1`, `2024년 상반기`, `2024Q3`, `202403`, `20240305`.

    None for what is no period.
    """
    plain = text.strip()
    match = _TIGHT.fullmatch(plain) or _WITH_MONTH.fullmatch(plain)
    if match is None:
        return _longer_span(plain)
    year, month, day = match.groups()
    try:
        begin = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return begin, begin if day else _last_day(begin, 1 if month else 12)


def _longer_span(text: str) -> Span | None:
    """Span of a half-year or a quarter."""
    match = _PART_OF_YEAR.fullmatch(text)
    if match is None:
        return None
    if half := match["half"]:
        first, months = (1 if half in ("H1", "h1", "상반기") else 7), 6
    else:
        first, months = 3 * int(match["quarter"] or match["korean"]) - 2, 3
    begin = dt.date(int(match["year"]), first, 1)
    return begin, _last_day(begin, months)


def overlaps(offered: str | None, wanted: str | None) -> bool:
    """Whether an offer's period shares a day with the wanted one.

    What cannot be told apart is not left out: an offer without a period, or one in words.
    """
    if offered is None or wanted is None:
        return True
    has, wants = span_of(offered), span_of(wanted)
    if has is None or wants is None:
        return has is None or offered.startswith(wanted)
    return has[0] <= wants[1] and wants[0] <= has[1]


def finished_periods(periods: Periods, today: dt.date) -> list[str]:
    """Every period from the first to the last one that is over, such as `2024-03` or `2024`."""
    span = span_of(periods.first)
    if span is None:
        raise ValueError(f"{periods.first!r} is no {periods.unit}")
    found = []
    begin = span[0]
    while (after := _month_after(begin, 12 if periods.unit == "year" else 1)) <= today:
        found.append(f"{begin:%Y}" if periods.unit == "year" else f"{begin:%Y-%m}")
        begin = after
    return found


def as_sent(period: str) -> str:
    """A period as senders write it in a request: 2024 or 202403."""
    return period.replace("-", "")


def _month_after(begin: dt.date, months: int) -> dt.date:
    years, month = divmod(begin.month - 1 + months, 12)
    return dt.date(begin.year + years, month + 1, 1)


def _last_day(begin: dt.date, months: int) -> dt.date:
    return _month_after(begin, months) - dt.timedelta(days=1)
