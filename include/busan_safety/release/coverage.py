"""Which days the rows of a table speak of."""

from __future__ import annotations

from datetime import date

from busan_safety.gate.candidate import Candidate

# Columns that begin and end what a row speaks of. A register without them tells its reference day.
_PERIODS = (("period_start", "period_end"), ("before_start", "after_end"))
_YEARS = ("fiscal_year", "survey_year", "activity_year", "project_year")


def covered(candidate: Candidate, data_as_of: date) -> tuple[date, date]:
    """First and last day of all rows, the last not after the newest data."""
    columns = {column.name for column in candidate.columns}
    days: list[str] = []
    for start, end in _PERIODS:
        if {start, end} <= columns:
            days += [*candidate.values(start), *candidate.values(end)]
    for year in _YEARS:
        if year in columns:
            told = [one for one in candidate.values(year) if one]
            days += [f"{one}-01-01" for one in told] + [f"{one}-12-31" for one in told]
    known = sorted(filter(None, days or candidate.values("data_as_of")))
    if not known:
        return data_as_of, data_as_of
    first, last = date.fromisoformat(known[0]), date.fromisoformat(known[-1])
    return min(first, data_as_of), min(last, data_as_of)
