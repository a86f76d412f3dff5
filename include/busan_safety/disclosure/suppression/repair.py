"""Interval repair: hide more until no hidden cell can be known too closely.

A hidden cell is safe when guesses that agree with everything published differ by its `need`.
Where they do not, the least dear set of published cells is hidden that lets the cell move so
far: a linear program whose cost is the weighted movement of published cells (the shortest path
heuristic of Kelly, Golden & Assad 1992, on any linked tables).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from busan_safety.disclosure.suppression.bounds import SLACK, NoAnswer, Reach
from busan_safety.disclosure.suppression.components import open_components
from busan_safety.disclosure.suppression.model import Bools, Floats, Integers, Model
from busan_safety.disclosure.suppression.solver import INFEASIBLE, OPTIMAL, solver

GROUPS = 5
NEAR = 250
DEAR = 30.0
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
        narrow = widths.narrow(hidden) or (
            widths.narrow_to_singletons(hidden) if singletons else []
        )
        if not narrow:
            return Repaired(hidden, widths.least, widths.most)
        # Once a row has room, the next round says what it still lacks against others.
        cases = {case.row: case for case in reversed(narrow)}
        failed = [row for row, case in sorted(cases.items()) if not widen(case, hidden)]
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
        least = np.maximum(least, -self.model.fall)
        np.minimum(self.least, least, out=self.least)
        np.maximum(self.most, most, out=self.most)

    def narrow_to_singletons(self, hidden: Bools) -> list[Narrow]:
        """Return primary rows that the one event of a hidden count of 1 knows too closely."""
        for reach in self.reaches:
            self._guess_knowing_many(reach)
        found = []
        for known in self._knowledge(hidden):
            watched = self.model.primary.copy()
            watched[known] = False
            found += self._narrow_knowing(known, watched)
        return found

    def _guess_knowing_many(self, reach: Reach) -> None:
        """Make guesses that keep most hidden counts of 1: what moves in them, moves for each.

        The counts of 1 are dealt into groups; those of one group may move, all others stay.
        """
        component = reach.component
        ones = component.cells[component.values == 1]
        watched = self.model.primary[component.cells]
        for group in range(GROUPS) if len(ones) > GROUPS else ():
            free = ones[group::GROUPS]
            known = np.setdiff1d(ones, free)
            turn = np.isin(component.cells, free) | ((component.values != 1) & (group == 0))
            for number in np.flatnonzero(turn & watched).tolist():
                least, most = reach.knowing(known)
                if most[number] - least[number] < self._need(component.cells[number]) - SLACK:
                    reach.solve(number, known)

    def _knowledge(self, hidden: Bools) -> list[Integers]:
        """Return, for each event alone in a hidden cell, the hidden cells it is alone in."""
        ones = np.flatnonzero(hidden & (self.model.values == 1))
        inside = sparse.csc_array(self.model.members[ones])
        alone = np.flatnonzero((self.model.counts == 1) & (np.diff(inside.indptr) > 0))
        return [
            ones[inside.indices[inside.indptr[part] : inside.indptr[part + 1]]] for part in alone
        ]

    def _narrow_knowing(self, known: Integers, watched: Bools) -> list[Narrow]:
        touched = [r for r in self.reaches if np.isin(r.component.cells, known).any()]
        changed = np.unique(np.concatenate([r.component.cells for r in touched] or [NOBODY]))
        name = int(known.min())
        rows = [row for row in changed[watched[changed]].tolist() if (name, row) not in self.safe]
        close, least, most = self._close(rows, known, touched)
        if len(close) > 2:
            for reach in touched:
                reach.shake(np.asarray(close), known)
            close, least, most = self._close(close, known, touched)
        for reach in touched:
            for number in np.flatnonzero(np.isin(reach.component.cells, close)).tolist():
                reach.solve(number, known)
        narrow, least, most = self._close(close, known, touched) if close else (close, least, most)
        self.safe.update((name, row) for row in set(rows) - set(narrow))
        return [Narrow(row, float(least[row]), float(most[row]), known) for row in narrow]

    def _close(
        self, rows: list[int], known: Integers, touched: list[Reach]
    ) -> tuple[list[int], Floats, Floats]:
        least, most = self._knowing(known, touched)
        close = [row for row in rows if most[row] - least[row] < self._need(row) - SLACK]
        return close, least, most

    def _knowing(self, known: Integers, touched: list[Reach]) -> tuple[Floats, Floats]:
        least, most = np.zeros_like(self.least), np.zeros_like(self.most)
        for reach in self.reaches:
            low, high = reach.knowing(known) if reach in touched else (reach.least, reach.most)
            least[reach.component.cells] += low
            most[reach.component.cells] += high
        return least, most


class _Widen:
    """Lets a hidden row move and hides what must move with it, near by if that is not dear."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.by_part = sparse.csr_array(model.members.T)
        self.sizes = np.diff(model.members.indptr)

    def __call__(self, case: Narrow, hidden: Bools) -> bool:
        """Hide (in place) what lets the row of `case` move; False if nothing does."""
        need, fall = float(self.model.need[case.row]), float(self.model.fall[case.row])
        near, everywhere = self._near(case.row), np.arange(self.model.members.shape[1])
        up, down = round(case.least, 6) + need, round(case.most, 6) - need
        tries = [(near, up, DEAR * need), (everywhere, up, np.inf), (everywhere, down, np.inf)]
        for parts, aim, limit in tries:
            moved = self._moved(case, hidden, aim, parts, limit) if aim >= -fall else None
            if moved is not None:
                hidden[moved] = True
                return True
        return False

    def _near(self, row: int) -> Integers:
        """Return the parts of smaller cells that share a part with `row`."""
        members = self.model.members
        own = members.indices[members.indptr[row] : members.indptr[row + 1]]
        sharing = np.unique(self.by_part[own].indices)
        small = sharing[self.sizes[sharing] <= NEAR]
        return np.union1d(own, members[small].indices)

    def _moved(
        self, case: Narrow, hidden: Bools, aim: float, parts: Integers, limit: float
    ) -> Integers | None:
        """Return the rows that move if the row of `case` moves by `aim` and only `parts` do.

        None if it cannot or the loss, rows by their weights and movement, is above `limit`.
        Columns: parts up, parts down (no further than to zero), rows up, rows down.
        """
        model = self.model
        members = sparse.csr_array(model.members[:, parts])
        rows = np.flatnonzero(np.diff(members.indptr))
        members = sparse.csr_array(members[rows])
        fixed = model.forced[rows] | np.isin(rows, case.known)
        free = np.where(fixed, 0.0, model.far)
        up, down = free.copy(), free.copy()
        if model.floor:
            down = np.minimum(down, model.fall[rows])
        least = np.zeros(2 * len(rows))
        own = int(np.searchsorted(rows, case.row))
        least[own] = up[own] = max(aim, 0.0)
        least[own + len(rows)] = down[own] = max(-aim, 0.0)
        loss = np.where(hidden[rows], 0.0, 1.0 + model.weights[rows])
        nothing = np.zeros(2 * len(parts))
        identity = sparse.eye_array(len(rows))
        highs = solver(
            np.concatenate([nothing, loss, loss]),
            np.concatenate([nothing, least]),
            np.concatenate([np.full(len(parts), model.far), model.counts[parts], up, down]),
            sparse.hstack([members, -members, -identity, identity]),
            np.zeros(len(rows)),
            np.zeros(len(rows)),
        )
        highs.setOptionValue("presolve", "off")
        highs.run()
        if highs.getModelStatus() == INFEASIBLE:
            return None
        if highs.getModelStatus() != OPTIMAL:
            raise NoAnswer(f"repair: {highs.getModelStatus()}")
        if highs.getInfo().objective_function_value > limit:
            return None
        found = np.asarray(highs.getSolution().col_value)[2 * len(parts) :]
        return np.asarray(rows[np.abs(found[: len(rows)] - found[len(rows) :]) > SLACK])
