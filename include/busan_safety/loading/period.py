"""Periods of deliveries: a day, a month or a year, as text that sorts by time."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(0[1-9]|1[0-2])?(0[1-9]|[12]\d|3[01])?(?!\d)")
_GIVEN = re.compile(r"^(\d{4})[-./]?(\d{1,2})?[-./]?(\d{1,2})?$")


def period_in_name(name: str) -> str | None:
    """The last date in a file's name (`…_20231231_수정본.csv` → `20231231`), or None."""
    found = [match.group(0) for match in _IN_NAME.finditer(name)]
    return max(found, key=len) if found else None


def is_plausible(period: str, today: dt.date) -> bool:
    """Whether a period has begun by `today` and is not of another century."""
    return period[:4] >= "1990" and period <= today.isoformat()[: len(period)]


def normal_period(text: str, unit: Literal["day", "month", "year"]) -> str | None:
    """`20240305`, `2024-03-05`, `2024.3` … as `2024-03-05`, `2024-03` or `2024`; None if unfit.

    A longer date gives a shorter unit (2023-12-31 is of the year 2023), never the reverse.
    """
    match = _GIVEN.match(text.strip())
    if not match:
        return None
    year, month, day = match.groups()
    if month is not None and not 1 <= int(month) <= 12:
        return None
    if day is not None and not 1 <= int(day) <= 31:
        return None
    if unit == "year":
        return year
    if month is None:
        return None
    if unit == "month":
        return f"{year}-{int(month):02d}"
    try:
        return dt.date(int(year), int(month), int(day)).isoformat() if day else None
    except ValueError:
        return None
