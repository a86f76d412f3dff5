"""What protecting a city's monthly tables costs, step by step and as they grow.

    python -m benchmarks.disclosure.protection [--months 3 6 12 36] [--events 33000]

Synthetic counts (Poisson) of 12 classes in the areas of 16 districts and 16 stations, some of
which cross: districts, stations and the city by month, quarter and year, by class, for the five
major ones and in all, every table linked to every other. `events`: a year's. Printed: cells,
sensitive cells, hidden cells and the CPU seconds of elimination, repair against outsiders, repair
against singletons. Exit 1 when the longest series takes two minutes or more.
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np
import pandas as pd

from busan_safety.disclosure.linked import LinkedTables, link
from busan_safety.disclosure.suppression import small_counts
from busan_safety.disclosure.suppression.gauss import eliminate
from busan_safety.disclosure.suppression.model import build_model
from busan_safety.disclosure.suppression.repair import repair

LIMIT = 120.0
THRESHOLD = 5
CLASS_SHARES = np.array([0.6, 0.8, 20, 250, 280, 220, 120, 50, 30, 20, 6, 3])
MAJOR = 5


def main() -> int:
    """Run the benchmark; exit 1 when the limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--months", type=int, nargs="+", default=[3, 6, 12, 36])
    parser.add_argument("--events", type=float, default=33_000.0)
    arguments = parser.parse_args()
    print("months    cells  sensitive  hidden  elimination  repair  singletons")
    whole = 0.0
    for months in arguments.months:
        whole = _measure(months, city(months, arguments.events))
    return int(whole >= LIMIT)


def _measure(months: int, linked: LinkedTables) -> float:
    began = time.process_time()
    primary = small_counts(linked.values, THRESHOLD)
    size = len(primary)
    model = build_model(
        linked,
        primary=primary,
        forced=np.zeros(size, dtype=bool),
        need=np.full(size, THRESHOLD - 1.0),
        weights=linked.values.astype(float),
    )
    marks = [time.process_time()]
    seconds = np.zeros(3)
    hidden = model.primary.copy()
    for rows, block in model.blocks():
        marks = [time.process_time()]
        found = eliminate(block, np.flatnonzero(block.counts == 1).tolist())
        marks.append(time.process_time())
        found = repair(block, found, singletons=False).hidden
        marks.append(time.process_time())
        hidden[rows] = repair(block, found).hidden
        marks.append(time.process_time())
        seconds += np.diff(marks)
    print(
        f"{months:6d} {size:8,d} {primary.sum():10,d} {model.spread(hidden, False).sum():7,d}"
        + "".join(f"{value:10.1f} s" for value in seconds),
        flush=True,
    )
    return time.process_time() - began


def city(months: int, events: float) -> LinkedTables:
    """Linked tables of a synthetic city with `events` a year."""
    random = np.random.default_rng(1)
    crossing = random.integers(0, 16, (8, 2)).tolist()
    areas = sorted({(place, place) for place in range(16)} | {tuple(pair) for pair in crossing})
    shares = random.dirichlet(np.full(len(areas), 3.0))
    expected = np.multiply.outer(shares, CLASS_SHARES / CLASS_SHARES.sum()) * events / 12
    rows = [
        (
            f"d{district:02}",
            f"s{station:02}",
            month,
            month // 3,
            month // 12,
            number,
            "major" if number < MAJOR else None,
            random.poisson(expected[area, number]),
        )
        for area, (district, station) in enumerate(areas)
        for month in range(months)
        for number in range(len(CLASS_SHARES))
    ]
    levels = ["district", "station", "month", "quarter", "year", "class", "major"]
    tables = {
        " ".join([*place, *kind, period]): [*place, *kind, period]
        for place in (["district"], ["station"], [])
        for kind in (["class"], ["major"], [])
        for period in ("month", "quarter", "year")
    }
    return link(pd.DataFrame(rows, columns=[*levels, "events"]), count="events", tables=tables)


if __name__ == "__main__":
    sys.exit(main())
