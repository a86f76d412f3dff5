"""Zones: the comparison's error is that of districts, each told once however many zones it has."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from busan_safety.evaluation.designs import estimate_rows
from busan_safety.evaluation.plans import load_plans

PLAN = next(plan for plan in load_plans() if plan.programme_id == "prevention_zones")


def zone(
    name: str, district: str, inside: tuple[int, int], rest: tuple[int, int]
) -> dict[str, Any]:
    counts = {"inside": inside, "ring": (50, 50), "rest": rest}
    days = ("works_on", "window_start", "window_end")
    return {
        "unit": name,
        "district_code": district,
        **{day: date(2023, 6, 1) for day in days},
        **{f"{area}_before": pair[0] for area, pair in counts.items()},
        **{f"{area}_after": pair[1] for area, pair in counts.items()},
    }


def error(rows: list[dict[str, Any]]) -> float:
    found = estimate_rows({PLAN.outcome.measure: rows}, PLAN)
    assert found.overdispersion == 1
    return found.standard_error


def zones(districts: int) -> list[dict[str, Any]]:
    """Twelve zones in so many districts, all with the same counts."""
    return [zone(f"z{i}", f"d{i % districts}", (1_000, 1_000), (500, 500)) for i in range(12)]


@pytest.mark.parametrize("districts", [1, 3, 12])
def test_the_comparisons_part_of_the_error_shrinks_with_districts_not_with_zones(districts):
    inside, rest = 2 / 12_000, 2 / 500 / districts

    assert error(zones(districts)) == pytest.approx(math.sqrt(inside + rest), rel=1e-3)


def test_the_estimate_is_the_zones_change_over_the_averaged_change_around_them():
    rows = [
        zone("a", "d1", (300, 330), (1_000, 1_100)),
        zone("b", "d2", (100, 90), (2_000, 1_800)),
    ]

    found = estimate_rows({PLAN.outcome.measure: rows}, PLAN)

    around = (300 * 1.1 + 100 * 0.9) / 400
    assert found.estimate == pytest.approx(420 / 400 / around, rel=1e-3)


def test_the_windows_are_the_counted_months_without_that_of_the_works():
    early = zone("a", "d1", (300, 330), (1_000, 1_100))
    late = zone("b", "d2", (100, 90), (2_000, 1_800))
    early |= {"window_start": date(2022, 6, 1), "window_end": date(2024, 6, 30)}
    late |= {
        "works_on": date(2024, 2, 1),
        "window_start": date(2023, 2, 1),
        "window_end": date(2024, 12, 31),
    }

    found = estimate_rows({PLAN.outcome.measure: [early, late]}, PLAN)

    assert found.before == (date(2022, 6, 1), date(2024, 1, 31))
    assert found.after == (date(2023, 7, 1), date(2024, 12, 31))
