"""Parts of the calendar as people write them: 2024, 2024-H1, 2024-Q3, 2024-07, 2024-07-15."""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1}
_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:-(?:[Hh](?P<half>[12])|[Qq](?P<quarter>[1-4])"
    r"|(?P<month>0[1-9]|1[0-2])(?:-(?P<day>\d\d))?))?"
)
FORMS = "2024, 2024-H1, 2024-Q3, 2024-07 or 2024-07-15"


def span(text: str) -> tuple[date, date]:
    """First and last day of what `text` names. Raises ValueError for any other text."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no period; write {FORMS}.")
    year = int(found["year"])
    try:
        if found["day"]:
            day = date(year, int(found["month"]), int(found["day"]))
            return day, day
        kind = next((kind for kind in ("half", "quarter", "month") if found[kind]), "year")
        months = _MONTHS[kind]
        first = date(year, 1 if kind == "year" else (int(found[kind]) - 1) * months + 1, 1)
    except ValueError as error:
        raise ValueError(f"{text!r} is no day of the calendar.") from error
    return first, last_day(first, kind)


def last_day(first: date, kind: str) -> date:
    """Last day of the month, quarter, half or year that begins on `first`."""
    month = first.month - 1 + _MONTHS[kind]
    return date(first.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def label(first: date, kind: str) -> str:
    """The period as people write it; a snapshot, window or day by its date."""
    if kind == "year":
        return str(first.year)
    if kind == "half":
        return f"{first.year}-H{(first.month + 5) // 6}"
    if kind == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return f"{first:%Y-%m}" if kind == "month" else first.isoformat()
