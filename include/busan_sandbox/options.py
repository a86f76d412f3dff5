"""What decides the sandbox's bytes: seed, scale, months, size of the injected effect."""

from __future__ import annotations

import calendar
import re
import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

# Programmes with an effect on the events that an evaluation plan counts.
PLANTED_PROGRAMMES = frozenset(
    {
        "safe_routes", "prevention_zones", "joint_patrols", "apo_vehicles", "countdown_timers",
        "rear_plate_cameras", "mental_emergency_centre",
    }
)  # fmt: skip


class OptionError(ValueError):
    """An option that cannot be used; the message says which and what would do."""


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month in KST."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `YYYY-MM`. Raises OptionError."""
        found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text.strip())
        if found is None:
            raise OptionError(f"month {text!r} is not of the form 2023-01")
        return cls(int(found[1]), int(found[2]))

    @property
    def first_day(self) -> date:
        """First day of the month."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Last day of the month."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def index(self) -> int:
        """Months since year 0, so that months can be subtracted."""
        return self.year * 12 + self.number - 1

    @property
    def next(self) -> Month:
        """The month after this one."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"


@dataclass(frozen=True)
class Options:
    """Options of one generated city.

    scale: share of the real city's 112 calls and camera sites, 0.001 to 1.
    route_effect: rate ratio of night calls after works on a safe return route; 1 plants none.
    without: programmes whose effect is not planted: their works stand and change nothing.
    """

    seed: int = 20240401
    scale: float = 0.02
    first: Month = Month(2023, 1)
    last: Month = Month(2024, 12)
    route_effect: float = 0.80
    without: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not 0.001 <= self.scale <= 1:
            raise OptionError(f"scale {self.scale} is not between 0.001 and 1")
        if self.seed < 0:
            raise OptionError(f"seed {self.seed} is negative")
        if self.last < self.first:
            raise OptionError(f"the last month {self.last} is before the first {self.first}")
        if not 0 < self.route_effect <= 1:
            raise OptionError(f"route effect {self.route_effect} is not in (0, 1]")
        if unknown := self.without - PLANTED_PROGRAMMES:
            raise OptionError(f"nothing is planted for {', '.join(sorted(unknown))}")

    @property
    def months(self) -> list[Month]:
        """All months of the span, in order."""
        months = [self.first]
        while months[-1] < self.last:
            months.append(months[-1].next)
        return months

    @property
    def full_years(self) -> list[int]:
        """Years whose yearly statistics exist at the end of the span.

        The yearly figures appear after the year's end. A span without a December still has
        the figures of the year before it.
        """
        last = self.last.year if self.last.number == 12 else self.last.year - 1
        return list(range(min(self.first.year, last), last + 1))

    @property
    def middle(self) -> date:
        """The day half-way through the span."""
        days = (self.last.last_day - self.first.first_day).days
        return self.first.first_day + timedelta(days=(days + 1) // 2)

    def effect(self, programme: str, rate_ratio: float) -> float:
        """Return the rate ratio that a programme has in this city: 1 where it is `without`."""
        return 1.0 if programme in self.without else rate_ratio

    def as_dict(self) -> dict[str, object]:
        """Return the options as written into the manifest and the truth file."""
        without = {"without": sorted(self.without)} if self.without else {}
        return {
            "seed": self.seed,
            "scale": self.scale,
            "from": str(self.first),
            "to": str(self.last),
            "route_effect": self.route_effect,
            **without,
        }

    def stream(self, *purpose: object) -> np.random.Generator:
        """Return the random stream of one purpose.

        Streams are independent of each other and of the order of calls, so that a month's
        calls do not depend on which months are generated with it.
        """
        key = zlib.crc32("/".join(str(part) for part in purpose).encode())
        return np.random.default_rng([self.seed, key])
