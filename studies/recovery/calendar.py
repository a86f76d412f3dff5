"""Months and quarters of a city that was delivered."""

from __future__ import annotations

from datetime import date

from busan_safety.evaluation.plans import Plan
from busan_sandbox.options import Month, Options


def delivered_months(options: Options, plan: Plan) -> list[Month]:
    """Return the delivered months within the plan's study."""
    return [
        month
        for month in options.months
        if plan.dates.study_from <= month.first_day and month.last_day <= plan.dates.study_to
    ]


def quarters_of(options: Options, plan: Plan) -> list[date]:
    """First days of the quarters of which every month was delivered."""
    months = [month.first_day for month in delivered_months(options, plan)]
    held = {day: (day.month - 1) % 3 for day in months}
    starts = [day for day, place in held.items() if place == 0]
    return [day for day in starts if all(_later(day, step) in held for step in (1, 2))]


def months_since(start: date | None, quarter: date) -> int:
    """Return how many months of the quarter, 0 to 3, begin on the start or after it."""
    if start is None:
        return 0
    return min(max(ordinal(quarter) + 3 - ordinal(start), 0), 3)


def _later(day: date, months: int) -> date:
    return month_start(ordinal(day) + months)


def ordinal(day: date) -> int:
    """Months since 1970, as numpy counts them."""
    return (day.year - 1970) * 12 + day.month - 1


def month_start(ordinal: int) -> date:
    """Return the first day of a month numbered from January 1970."""
    return date(1970 + ordinal // 12, ordinal % 12 + 1, 1)
