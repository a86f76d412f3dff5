"""Draws and shares that several feeds need: scale, apportionment, weighted picks, faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from busan_sandbox import city
from busan_sandbox.options import Options

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]
Unit = Literal["D", "m", "s"]

# Below this share of the real city a district's month holds no more than a handful of events.
EVENT_FLOOR = 0.1


def event_scale(options: Options, floor: float = EVENT_FLOOR) -> float:
    """Return the share of the real city's events that a feed holds: the scale, at least a floor."""
    return max(options.scale, floor)


def apportion(expected: Floats, total: int) -> Ints:
    """Split `total` in proportion to `expected` by largest remainders; the parts add up to it."""
    exact = expected / expected.sum() * total
    parts: Ints = np.floor(exact).astype(np.int64)
    short = total - int(parts.sum())
    parts.flat[np.argsort(-(exact - parts), axis=None, kind="stable")[:short]] += 1
    return parts


def pick(weights: Sequence[float] | Floats, size: int, stream: np.random.Generator) -> Ints:
    """Draw `size` positions with probability proportional to `weights`."""
    cumulative = np.cumsum(weights)
    draw = stream.random(size) * cumulative[-1]
    found: Ints = np.searchsorted(cumulative, draw, side="right").clip(max=len(cumulative) - 1)
    return found


@lru_cache(maxsize=4)
def day_course(profile: str) -> tuple[Floats, Floats]:
    """Return (weekday factors, Monday first, mean 1; hour shares, sum 1) of a packaged profile."""
    row = next(row for row in city.table("profiles") if row["profile"] == profile)
    weekday = np.array([float(row[n]) for n in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")])
    hour = np.array([float(row[f"h{hour:02d}"]) for hour in range(24)])
    return weekday / weekday.mean(), hour / hour.sum()


def days_of_year(year: int) -> Times:
    """Return the days of a year."""
    return np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")


def day64(day: date | None) -> np.datetime64:
    """Return a day for comparisons with arrays; None is far in the future."""
    return np.datetime64(day or date(9999, 1, 1), "D")


def fault_rows(
    size: int, rates: Mapping[str, float], stream: np.random.Generator
) -> dict[str, list[int]]:
    """Draw which rows get which fault. No row gets two, so that the counts can be reconciled."""
    drawn = np.searchsorted(np.cumsum(list(rates.values())), stream.random(size))
    return {name: np.flatnonzero(drawn == at).tolist() for at, name in enumerate(rates)}


def note(planted: Counter[str], feed: str, faults: Mapping[str, Sequence[int]]) -> None:
    """Count planted faults as `feed.fault`."""
    for name, rows in faults.items():
        planted[f"{feed}.{name}"] += len(rows)


def time_texts(times: Times, unit: Unit = "m") -> list[str]:
    """Return KST times as `2023-01-05 23:10` (unit m), with seconds (s) or as days; NaT as ''."""
    texts = np.char.replace(np.datetime_as_string(times, unit=unit), "T", " ")
    filled: list[str] = np.where(np.isnat(times), "", texts).tolist()
    return filled
