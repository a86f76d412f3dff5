"""Where and how much the dog patrols walk: roll-out by district, patrols and teams by year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from busan_sandbox.options import Options

# Rate ratio of street incidents at night in a district from its first day of dog patrols.
DOG_EFFECT = 0.92


@dataclass(frozen=True)
class DogYear:
    """Teams, patrols and reports of a year in the whole city (DOMAIN.md C)."""

    teams: int
    patrols: int
    reports_112: int
    reports_120: int


DOG_YEARS = {
    2022: DogYear(25, 647, 11, 96),
    2023: DogYear(150, 2_939, 26, 371),
    2024: DogYear(238, 8_883, 53, 258),
    # 2025: 250 teams are published; patrols and reports are an assumption, later years repeat it.
    2025: DogYear(250, 9_300, 55, 270),
}
# Four districts in 2023, seven in 2024, ten in 2025 are published; which ones, and the days,
# are invented. The first two are the trial of 2022.
DOG_STARTS = {
    "26350": date(2022, 9, 1),
    "26500": date(2022, 9, 1),
    "26230": date(2023, 4, 1),
    "26410": date(2023, 4, 1),
    "26380": date(2024, 4, 1),
    "26290": date(2024, 4, 1),
    "26320": date(2024, 4, 1),
    "26260": date(2025, 4, 1),
    "26710": date(2025, 4, 1),
    "26530": date(2025, 4, 1),
}


def dog_year(year: int) -> DogYear:
    """Return the figures of a year; years before 2022 had none and years after 2025 repeat it."""
    return DOG_YEARS.get(min(year, max(DOG_YEARS)), DogYear(0, 0, 0, 0))


def dog_effect(options: Options) -> dict[str, Any]:
    """Return what the truth file says of the dog patrols."""
    end = options.last.last_day
    treated = {code: day.isoformat() for code, day in DOG_STARTS.items() if day <= end}
    return {
        "programme": "joint_patrols",
        "outcome": "recorded incidents in the street, 20:00-05:59 KST",
        "rate_ratio": options.effect("joint_patrols", DOG_EFFECT),
        "unit": "district",
        "starts": "00:00 KST on the day named",
        "window": {"from": min(DOG_STARTS.values()).isoformat(), "to": end.isoformat()},
        "treated": treated,
    }
