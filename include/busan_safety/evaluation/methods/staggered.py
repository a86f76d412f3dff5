"""From a panel of counts and staggered works dates to one before-after comparison.

Each treated unit is compared over its own window: equally many months before and after its
works month, the works month left out. The comparison group is read over the very same calendar
months, so that season and city-wide change cancel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from busan_safety.evaluation.methods.rate_ratio import Cells
from busan_safety.evaluation.methods.refusal import Refused


@dataclass(frozen=True)
class Panel:
    """Event counts of every unit in every complete month, and when works were first completed.

    counts: shape (units, months), zeros included. months: first days, ascending; an incomplete
    month is absent. works: unit -> date of first completed works; units without works are absent.
    """

    units: tuple[str, ...]
    months: tuple[date, ...]
    counts: NDArray[np.int64]
    works: Mapping[str, date]

    def never_treated(self) -> NDArray[np.int64]:
        """Return the comparison group's counts, shape (units without works, months)."""
        return self.counts[[unit not in self.works for unit in self.units]]


@dataclass(frozen=True)
class Comparison:
    """The four pooled cells, the groups behind them and the months they cover."""

    cells: Cells
    treated_units: int
    control_units: int
    excluded_units: int
    before: tuple[date, date]
    after: tuple[date, date]


@dataclass(frozen=True)
class _Window:
    before: NDArray[np.bool_]
    after: NDArray[np.bool_]


def compare(panel: Panel, *, window_months: int, minimum_window_months: int) -> Comparison:
    """Pool the treated units' own windows and read the comparison group over the same months.

    A unit's window is `window_months` each side of its works month or, where the data begin
    later or end earlier, as many as both sides allow; with fewer than `minimum_window_months`
    the unit is left out of both groups and counted in `excluded_units`.

    The treated cells are sums of events. The control cells are the comparison group's events in
    a window, averaged over the treated units' windows; the weight of a unit is its level, its
    events over the comparison group's events in the same months. If all units follow the city,
    the ratio of the four cells is then 1 whatever the dates. A month never counts more than once
    in a cell, and the four cells reproduce the estimate.

    Because control months overlap between windows, sqrt(1/a + 1/b + 1/c + 1/d) of these cells is
    an upper bound of the Poisson error: the control part of the variance is
    sum_t C_t (u_t/c - v_t/d)^2 with weights u, v in [0, 1], which is at most 1/c + 1/d.

    Raises Refused without complete months, treated units or control units.
    """
    if not panel.months:
        raise Refused("no_complete_months", "No complete month lies in the study period.")
    control = panel.never_treated()
    windows = dict(_windows(panel, window_months, minimum_window_months))
    if not windows:
        raise Refused(
            "no_treated_units",
            f"No unit has {minimum_window_months} months each side of its works month.",
        )
    if not len(control):
        raise Refused("no_control_units", "Every unit had works; nothing is left to compare with.")

    row = {unit: index for index, unit in enumerate(panel.units)}
    before = np.array([panel.counts[row[unit], w.before].sum() for unit, w in windows.items()])
    after = np.array([panel.counts[row[unit], w.after].sum() for unit, w in windows.items()])
    by_month = control.sum(axis=0)
    control_before = np.array([by_month[w.before].sum() for w in windows.values()])
    control_after = np.array([by_month[w.after].sum() for w in windows.values()])
    level = (before + after) / np.maximum(control_before + control_after, 1)
    weights = level if level.any() else np.ones(len(windows))
    return Comparison(
        cells=Cells(
            treated_before=int(before.sum()),
            treated_after=int(after.sum()),
            control_before=round(np.average(control_before, weights=weights)),
            control_after=round(np.average(control_after, weights=weights)),
        ),
        treated_units=len(windows),
        control_units=len(control),
        excluded_units=len(panel.units) - len(windows) - len(control),
        before=_span(panel.months, [w.before for w in windows.values()]),
        after=_span(panel.months, [w.after for w in windows.values()]),
    )


def _windows(
    panel: Panel, window_months: int, minimum_window_months: int
) -> Iterator[tuple[str, _Window]]:
    months = np.array([_ordinal(month) for month in panel.months])
    for unit in panel.units:
        if unit not in panel.works:
            continue
        distance = months - _ordinal(panel.works[unit])
        reach = min(window_months, -int(distance[0]), int(distance[-1]))
        window = _Window(
            before=(distance >= -reach) & (distance < 0),
            after=(distance > 0) & (distance <= reach),
        )
        if min(window.before.sum(), window.after.sum()) >= minimum_window_months:
            yield unit, window


def _ordinal(day: date) -> int:
    return day.year * 12 + day.month


def _span(months: tuple[date, ...], masks: list[NDArray[np.bool_]]) -> tuple[date, date]:
    """First day of the first month and last day of the last month that any mask holds."""
    held = np.flatnonzero(np.any(masks, axis=0))
    last = months[held[-1]]
    next_month = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return months[held[0]], date.fromordinal(next_month.toordinal() - 1)
