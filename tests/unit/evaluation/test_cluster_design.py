"""Roll-outs over districts: windows and counts are those of districts seen before and after."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from busan_safety.evaluation.designs import estimate_rows
from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.plans import load_plans

PLAN = next(plan for plan in load_plans() if plan.plan_id == "dog_patrols_night_incidents")
QUARTERS = [date(year, month, 1) for year in (2023, 2024) for month in (1, 4, 7, 10)]


def district(name: str, started_on: date | None, count: int = 100) -> list[dict[str, Any]]:
    return [
        {
            "unit": name,
            "quarter": quarter,
            "event_count": count,
            "exposure": None,
            "started_on": started_on,
        }
        for quarter in QUARTERS
    ]


def never(count: int) -> list[dict[str, Any]]:
    return [row for name in range(count) for row in district(f"never {name}", None)]


def test_windows_and_counts_leave_out_a_district_that_had_the_patrols_all_along():
    rows = [
        *district("always", date(2022, 5, 1)),
        *district("early", date(2023, 5, 10)),
        *district("late", date(2024, 2, 1)),
        *never(5),
    ]

    found = estimate_rows({PLAN.outcome.measure: rows}, PLAN)

    # The quarter of the start is in neither window.
    assert found.before == (date(2023, 1, 1), date(2023, 12, 31))
    assert found.after == (date(2023, 7, 1), date(2024, 12, 31))
    assert (found.treated_before, found.treated_after) == (5 * 100, 9 * 100)
    assert (found.groups.treated, found.groups.control) == (2, 5)


def test_a_district_that_began_in_the_first_quarter_was_not_seen_before():
    rows = [*district("first", date(2023, 2, 1)), *never(5)]

    with pytest.raises(Refused) as refusal:
        estimate_rows({PLAN.outcome.measure: rows}, PLAN)

    assert refusal.value.code == "no_treated_units"
