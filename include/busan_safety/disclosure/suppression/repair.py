"""Interval repair: hide more until no hidden cell can be known too closely.

A hidden cell is safe when guesses that agree with everything published differ by its `need`.
Where they do not, the least dear set of published cells is hidden that lets the cell move so
far: a linear program whose cost is the weighted movement of published cells (the shortest path
heuristic of Kelly, Golden & Assad 1992, on any linked tables).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import highspy
import numpy as np
from scipy import sparse

from busan_safety.disclosure.suppression.bounds import SLACK, NoAnswer, Reach
from busan_safety.disclosure.suppression.components import open_components
from busan_safety.disclosure.suppression.model import Bools, Floats, Integers, Model
from busan_safety.disclosure.suppression.solver import INFEASIBLE, OPTIMAL, solver

NOBODY = np.empty(0, dtype=np.int64)


class Unprotectable(ValueError):
    """Rows that no further suppression protects, because of cells that must stay published."""

    def __init__(self, rows: list[int]) -> None:
        super().__init__(f"{len(rows)} cells")
        self.rows = rows


@dataclass(frozen=True)
class Repaired:
    """Hidden rows; how far below and above the truth each hidden row can be shown to go."""

    hidden: Bools
    least: Floats
    most: Floats


@dataclass(frozen=True)
class Narrow:
    """A hidden row that is known too closely by someone who knows rows `known`."""

    row: int
    least: float
    most: float
    known: Integers


def repair(model: Model, hidden: Bools, *, singletons: bool = True) -> Repaired:
    """Return `hidden` with as much more as every hidden row needs.

    singletons: also protect primary rows from someone who is the one event of a hidden count of
    1 and knows it. Raises Unprotectable.
    """
    hidden = hidden.copy()
    widths = Widths(model)
    widen = _Widen(model)
    while True:
        narrow = widths.narrow(hidden) or (widths.narrow_to_singletons(hidden) if singletons else [])
        if not narrow:
            return Repaired(hidden, widths.least, widths.most)
        failed = [case.row for case in narrow if not widen(case, hidden)]
        if failed:
            raise Unprotectable(sorted(set(failed)))


class Widths:
    """What is shown so far; hiding more never makes it less."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.least = np.zeros(len(model.values))
        self.most = np.zeros(len(model.values))
        self.reaches: list[Reach] = []
        self.safe: set[tuple[int, int]] = set()

    def narrow(self, hidden: Bools) -> list[Narrow]:
        """Return hidden rows whose bounds are closer than their need."""
        self.reaches = [
            Reach(component, self.model.far) for component in open_components(self.model, hidden)
        ]
        self._collect()
        for reach in self.reaches:
            for number, row in enumerate(reach.component.cells.tolist()):
                if hidden[row] and not self._wide(row) and not reach.wide(number, self._need(row)):
                    reach.solve(number)
        self._collect()
        return [
            Narrow(row, float(self.least[row]), float(self.most[row]), NOBODY)
            for row in np.flatnonzero(hidden).tolist()
            if not self._wide(row)
        ]

    def _need(self, row: int) -> float:
        return float(self.model.need[row])

    def _wide(self, row: int) -> bool:
        return bool(self.most[row] - self.least[row] >= self.model.need[row] - SLACK)

    def _collect(self) -> None:
        least, most = np.zeros_like(self.least), np.zeros_like(self.most)
        for reach in self.reaches:
            least[reach.component.cells] += reach.least
            most[reach.component.cells] += reach.most
        np.minimum(self.least, least, out=self.least)
        np.maximum(self.most, most, out=self.most)

    def narrow_to_singletons(self, hidden: Bools) -> list[Narrow]:
        """Return primary rows that the one event of a hidden count of 1 knows too closely."""
        found = []
        for known in self._knowledge(hidden):
            watched = self.model.primary.copy()
            watched[known] = False
            found += self._narrow_knowing(known, watched)
        return found

    def _knowledge(self, hidden: Bools) -> list[Integers]:
        """Return, for each event that is alone in a hidden cell, the hidden cells it is alone in."""
        ones = np.flatnonzero(hidden & (self.model.values == 1))
        inside = sparse.csc_array(self.model.members[ones])
        alone = np.flatnonzero((self.model.counts == 1) & (np.diff(inside.indptr) > 0))
        return [ones[inside.indices[inside.indptr[part] : inside.indptr[part + 1]]] for part in alone]

    def _narrow_knowing(self, known: Integers, watched: Bools) -> list[Narrow]:
        touched = [r for r in self.reaches if np.isin(r.component.cells, known).any()]
        changed = np.unique(np.concatenate([r.component.cells for r in touched] or [NOBODY]))
        least, most = self._knowing(known, touched)
        name = int(known.min())
        close = [
            row
            for row in changed[watched[changed]].tolist()
            if (name, row) not in self.safe and most[row] - least[row] < self._need(row) - SLACK
        ]
        for reach in touched:
            for row in close:
                for number in np.flatnonzero(reach.component.cells == row).tolist():
                    reach.solve(number, known)
        if close:
            least, most = self._knowing(known, touched)
        self.safe.update((name, row) for row in changed.tolist()
                         if most[row] - least[row] >= self._need(row) - SLACK)
        return [
            Narrow(row, float(least[row]), float(most[row]), known)
            for row in close
            if most[row] - least[row] < self._need(row) - SLACK
        ]

    def _knowing(self, known: Integers, touched: list[Reach]) -> tuple[Floats, Floats]:
        least, most = np.zeros_like(self.least), np.zeros_like(self.most)
        for reach in self.reaches:
            low, high = reach.knowing(known) if reach in touched else (reach.least, reach.most)
            least[reach.component.cells] += low
            most[reach.component.cells] += high
        return least, most


class _Widen:
    """The linear program that lets one hidden row move and hides what must move with it.

    Columns: parts up, parts down (no further than to zero), rows up, rows down.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.rows, self.parts = model.members.shape

    def __call__(self, case: Narrow, hidden: Bools) -> bool:
        """Hide (in place) what lets the row of `case` move; False if nothing does."""
        need, value = float(self.model.need[case.row]), float(self.model.values[case.row])
        up, down = round(case.least, 6) + need, round(case.most, 6) - need
        for aim in (up, down):
            moved = self._move(case, hidden, aim) if aim >= -value else None
            if moved is not None:
                hidden |= np.abs(moved) > SLACK
                return True
        return False

    def _move(self, case: Narrow, hidden: Bools, aim: float) -> Floats | None:
        """Return how rows move if the row of `case` moves by `aim`; None if it cannot."""
        loss = np.where(hidden, 0.0, 1.0 + self.model.weights)
        self._set_costs(np.concatenate([loss, loss]))
        limits = np.where(self.model.forced, 0.0, self.model.far)
        limits[case.known] = 0.0
        least = np.zeros(2 * self.rows)
        most = np.concatenate([limits, limits])
        up, down = case.row, case.row + self.rows
        least[up] = most[up] = max(aim, 0.0)
        least[down] = most[down] = max(-aim, 0.0)
        columns = np.arange(2 * self.rows, dtype=np.int32) + 2 * self.parts
        self._program.changeColsBounds(len(columns), columns, least, most)
        # From nothing the dual simplex starts feasible; from the last basis, with other costs,
        # it does not, and takes several times as long.
        self._program.clearSolver()
        self._program.run()
        if self._program.getModelStatus() == INFEASIBLE:
            return None
        if self._program.getModelStatus() != OPTIMAL:
            raise NoAnswer(f"repair: {self._program.getModelStatus()}")
        found = np.asarray(self._program.getSolution().col_value)[2 * self.parts :]
        return np.asarray(found[: self.rows] - found[self.rows :])

    def _set_costs(self, costs: Floats) -> None:
        columns = np.arange(len(costs), dtype=np.int32) + 2 * self.parts
        self._program.changeColsCost(len(costs), columns, costs)

    @cached_property
    def _program(self) -> highspy.Highs:
        members = self.model.members
        rows = sparse.eye_array(self.rows)
        costs = np.zeros(2 * (self.parts + self.rows))
        far = np.full(2 * self.rows, self.model.far)
        highs = solver(
            costs,
            np.zeros_like(costs),
            np.concatenate([np.full(self.parts, self.model.far), self.model.counts, far]),
            sparse.hstack([members, -members, -rows, rows]),
            np.zeros(self.rows),
            np.zeros(self.rows),
        )
        highs.setOptionValue("presolve", "off")
        return highs
