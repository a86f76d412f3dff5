"""What the attack on a city's monthly tables costs, by months and by how well they are protected.

    python -m benchmarks.disclosure.attack_cost [--months 6 12 36] [--events 8]

Synthetic: 16 districts, 15 stations (two of them cross borders), 12 classes in 5 groups, months,
quarters, years, city and totals, all linked. Three masks: only small counts
hidden (the attack finds nearly all), everything but the city (it has to prove), and neighbours
hidden for some rounds (it has to search). None is our protection.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from busan_safety.disclosure.attack import attack
from busan_safety.disclosure.linked import LinkedTables, link

LIMIT_SECONDS = 40
THRESHOLD = 5
ATOMS = [(number, number) for number in range(16)] + [(13, 6), (13, 12)]
GROUPS = [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4]


def city(months: int, events: float, seed: int = 1) -> LinkedTables:
    """Draw a city's counts; `events` is the mean of one district, month and class."""
    random = np.random.default_rng(seed)
    size, weight = random.gamma(3, 1 / 3, len(ATOMS)), random.gamma(0.7, 1 / 0.7, len(GROUPS))
    rows = [
        (place, district, station, month, kind)
        for place, (district, station) in enumerate(ATOMS)
        for month in range(months)
        for kind in range(len(GROUPS))
        if not (place == 13 and station == 13)
    ]
    parts = pd.DataFrame(rows, columns=["place", "district", "station", "month", "class"])
    mean = events * size[parts["place"]] * weight[parts["class"]]
    parts["n"] = random.poisson(mean)
    parts["quarter"], parts["year"] = parts["month"] // 3, parts["month"] // 12
    parts["group"] = np.array(GROUPS)[parts["class"]]
    tables = {
        f"{'_'.join(place) or 'city'}.{period}.{kind or 'all'}": [
            *place,
            period,
            *([kind] if kind else []),
        ]
        for place in ((), ("district",), ("station",))
        for period in ("month", "quarter", "year")
        for kind in ("class", "group", "")
    }
    return link(parts, count="n", tables=tables)


def small(linked: LinkedTables) -> np.ndarray:
    """Only the small counts."""
    return (linked.values > 0) & (linked.values < THRESHOLD)


def grown(linked: LinkedTables, rounds: int = 6) -> np.ndarray:
    """Small counts, and beside each that is found the smallest printed neighbour along every key.

    Neither finished nor thrifty: it leaves the attack with large systems in which much is neither
    plainly known nor plainly wide.
    """
    hidden = small(linked)
    frame = linked.cells.assign(value=linked.values)
    for _ in range(rounds):
        report = attack(linked, hidden, width=THRESHOLD - 1)
        if not report.succeeded:
            break
        found = {(finding.table, finding.key) for finding in report.findings}
        for table, cells in frame.groupby("table"):
            keys = pd.DataFrame(cells["key"].tolist(), index=cells.index)
            marked = np.array([(table, key) in found for key in cells["key"]])
            for field in keys:
                others = [keys[other] for other in keys if other != field] or [keys[field] * 0]
                line = cells.groupby([*others], sort=False).ngroup()
                free = ~hidden[cells.index] & (cells["value"] > 0).to_numpy()
                wanted = free & line.isin(line[marked]).to_numpy()
                chosen = cells[wanted].assign(line=line[wanted].to_numpy())
                least = chosen.sort_values("value").drop_duplicates("line")
                hidden[least.index] = True
    return hidden


def districts(linked: LinkedTables) -> np.ndarray:
    """Every positive cell but the city's: nearly nothing to find, and all of it to be proved."""
    return (linked.values > 0) & ~linked.cells["table"].str.startswith("city").to_numpy()


def main() -> int:
    """Run the benchmark; exit 1 when the largest city takes longer than the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--months", type=int, nargs="+", default=[6, 12, 36])
    parser.add_argument("--events", type=float, default=8)
    arguments = parser.parse_args()
    slowest = 0.0
    for months in arguments.months:
        linked = city(months, arguments.events)
        for name, hide in (
            ("small counts only", small),
            ("all but the city", districts),
            ("neighbours too", grown),
        ):
            mask = hide(linked)
            began = time.perf_counter()
            report = attack(linked, mask, width=THRESHOLD - 1)
            slowest = time.perf_counter() - began
            print(
                f"{months} months, {name}: {len(linked.values):,} cells, {report.hidden:,} hidden, "
                f"{report.graded:,} small; {report.linear_programs:,} programs, "
                f"{len(report.findings):,} found; {slowest:.1f} s",
                flush=True,
            )
            if slowest > LIMIT_SECONDS:
                return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
