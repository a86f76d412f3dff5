"""Calls to 112 of a seeded city in the rows of the plans that read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from busan_safety.evaluation.designs import Rows
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import MatchedDays
from busan_sandbox import city
from busan_sandbox.calls import CROWD_DAYS, CallEvents, month_of_events, survive_works
from busan_sandbox.facilities import routes, treated_dongs
from busan_sandbox.options import Month, Options
from busan_sandbox.traffic_culture import events_of_year
from studies.recovery.calendar import delivered_months

Table = list[dict[str, Any]]

_INTOXICATED = 305


def night_calls(options: Options, plan: Plan) -> Rows:
    """Return night calls by dong and month, and the works on safe return routes."""
    treated = treated_dongs(routes(options))
    codes = [dong.code for dong in city.dongs()]
    counts = []
    for month in delivered_months(options, plan):
        events = _events(replace(options, without=frozenset()), month)
        held = events.is_night & survive_works(options, month, events, treated)
        counts.append(np.bincount(events.dong[held], minlength=len(codes)))
    by_dong = np.array(counts).T.tolist()
    months = [month.first_day for month in delivered_months(options, plan)]
    return {
        plan.outcome.measure: [
            {"unit": code, "month": month, "event_count": count}
            for code, row in zip(codes, by_dong, strict=True)
            for month, count in zip(months, row, strict=True)
        ],
        str(plan.dates.roll_out): [
            {"unit": code, "first_works_on": day}
            for code, day in treated.items()
            if day <= options.last.last_day
        ],
    }


@lru_cache(maxsize=48)
def _events(options: Options, month: Month) -> CallEvents:
    """A city with an effect and the same without have one draw."""
    return month_of_events(options, month)


def intoxicated_calls(options: Options, plan: Plan) -> Rows:
    """Return calls about intoxicated persons by month."""
    treated = treated_dongs(routes(options))
    found: Table = []
    for month in delivered_months(options, plan):
        events = month_of_events(options, month)
        held = events.event_class == _INTOXICATED
        held &= survive_works(options, month, events, treated)
        found.append(
            {
                "month": month.first_day,
                "event_count": int(held.sum()),
                "exposure": month.last_day.day,
                "series_break": month == Month(2025, 1),
            }
        )
    return {plan.outcome.measure: found}


def calls_on_event_days(options: Options, plan: Plan) -> Rows:
    """Return calls of an event's district on its days, beside them and on comparable days.

    Without the fireworks, for whose crowd the sandbox plants calls.
    """
    method = plan.method
    if not isinstance(method, MatchedDays):
        raise TypeError(f"{plan.plan_id} is of another design")
    months = delivered_months(options, plan)
    calls = _daily_calls(options, months)
    first, last = months[0].first_day, months[-1].last_day
    events = [
        event
        for year in range(options.first.year, options.last.year + 1)
        for event in _events_of(options, year)
    ]
    found: Table = []
    for event_id, district, begins, ends in events:
        if ends > options.last.last_day or begins in CROWD_DAYS:
            continue
        others = [(b, e) for _, place, b, e in events if place == district]
        around = timedelta(weeks=method.weeks_around)
        for day in _days(max(begins - around, first), min(ends + around, last)):
            kind = _kind(day, (begins, ends), others, method.days_beside)
            if kind is not None:
                found.append(
                    {
                        "unit": event_id,
                        "day": day,
                        "iso_weekday": day.isoweekday(),
                        "day_kind": kind,
                        "event_count": int(calls[district][(day - first).days]),
                    }
                )
    return {plan.outcome.measure: sorted(found, key=lambda row: (row["unit"], row["day"]))}


Span = tuple[date, date]


def _kind(day: date, own: Span, others: list[Span], beside: int) -> str | None:
    def near(span: Span) -> bool:
        return span[0] - timedelta(days=beside) <= day <= span[1] + timedelta(days=beside)

    if own[0] <= day <= own[1]:
        return "event"
    if near(own) and not any(begins <= day <= ends for begins, ends in others):
        return "beside"
    return None if any(map(near, others)) else "comparable"


def _events_of(options: Options, year: int) -> list[tuple[str, str, date, date]]:
    """Id, district and days of a year's crowded events."""
    codes = {district.name: district.code for district in city.districts()}
    return [
        (
            str(row["EVENT_ID"]),
            codes[str(row["GUGUN_NM"]).removeprefix(f"{city.CITY_NAME} ")],
            date.fromisoformat(str(row["BGNG_DE"])),
            date.fromisoformat(str(row["END_DE"])),
        )
        for row in events_of_year(options, year)
    ]


def _daily_calls(options: Options, months: list[Month]) -> dict[str, np.ndarray[Any, Any]]:
    """Calls by district code, shape (days,)."""
    codes = [district.code for district in city.districts()]
    of_dong = np.array([codes.index(dong.district_code) for dong in city.dongs()])
    treated = treated_dongs(routes(options))
    parts = []
    for month in months:
        events = month_of_events(options, month)
        held = survive_works(options, month, events, treated)
        days, day = month.last_day.day, events.second[held] // 86_400
        cell = of_dong[events.dong[held]] * days + day
        parts.append(np.bincount(cell, minlength=len(codes) * days).reshape(len(codes), days))
    return dict(zip(codes, np.concatenate(parts, axis=1), strict=True))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]
