"""The least loss that protects: a MILP over which rows are hidden.

Source: Fischetti & Salazar (2001) "Solving the cell suppression problem on tabular data with
linear constraints", Management Science 47(7). The master chooses rows; where the bounds of a
hidden row are too close, the dual of the two linear programs says which rows would have to be
hidden for it to move: an inequality that is added to the master.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import highspy
import numpy as np
from scipy import sparse

from busan_safety.disclosure.suppression.bounds import SLACK, NoAnswer
from busan_safety.disclosure.suppression.model import Bools, Floats, Integers, Model
from busan_safety.disclosure.suppression.repair import Narrow, Widths
from busan_safety.disclosure.suppression.solver import OPTIMAL, solver


@dataclass(frozen=True)
class Limits:
    """Where the search for an optimum ends: in counts, never in seconds, so that it ends alike.

    rows: larger models are not tried. rounds: masters solved. nodes: of one master's tree.
    """

    rows: int = 300
    rounds: int = 60
    nodes: int = 500


@dataclass(frozen=True)
class Cut:
    """`weights @ hidden[rows] >= level * hidden[row]`."""

    row: int
    level: float
    rows: Integers
    weights: Floats


def least_loss(model: Model, limits: Limits, *, singletons: bool) -> tuple[Bools, bool]:
    """Return the rows that the last master hides, and whether they are safe and the least loss.

    Not proven: the rows may not be safe; `repair` makes them so.
    """
    separation = _Separation(model, singletons)
    cuts: list[Cut] = []
    hidden = model.primary.copy()
    for _ in range(limits.rounds):
        new = separation.cuts(hidden)
        if not new:
            return hidden, True
        cuts += new
        chosen = _master(model, cuts, limits.nodes)
        if chosen is None:
            break
        hidden = chosen
    return hidden, False


def _master(model: Model, cuts: list[Cut], nodes: int) -> Bools | None:
    """Return the least dear rows that fulfil the cuts; None if that took too many nodes."""
    size = len(model.values)
    highs = solver(
        # Among equal losses the fewer and earlier rows, so that the answer is one.
        model.weights + 1e-3 + 1e-7 * np.argsort(model.order) / size,
        model.primary.astype(float),
        (~model.forced).astype(float),
        _stack(cuts, size),
        np.zeros(len(cuts)),
        np.full(len(cuts), np.inf),
    )
    columns = np.arange(size, dtype=np.int32)
    integer = np.full(size, highspy.HighsVarType.kInteger)
    highs.changeColsIntegrality(size, columns, integer)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_max_nodes", nodes)
    highs.run()
    if highs.getModelStatus() != OPTIMAL:
        return None
    return np.asarray(highs.getSolution().col_value) > 0.5


def _stack(cuts: list[Cut], size: int) -> sparse.csr_array:
    return sparse.csr_array(
        (
            np.concatenate([np.append(cut.weights, -cut.level) for cut in cuts]),
            (
                np.repeat(np.arange(len(cuts)), [len(cut.rows) + 1 for cut in cuts]),
                np.concatenate([np.append(cut.rows, cut.row) for cut in cuts]),
            ),
        ),
        shape=(len(cuts), size),
    )


class _Separation:
    """Finds hidden rows that are known too closely, and what would have to be hidden.

    The program: columns are the changes of parts and of rows, `members @ parts == rows`. Parts
    that are a row of their own are bounded by that row alone, so that the cut speaks of it.
    """

    def __init__(self, model: Model, singletons: bool) -> None:
        self.model = model
        self.singletons = singletons
        self.rows, self.parts = model.members.shape
        self.far = model.far
        own = np.zeros(self.parts, dtype=bool)
        single = np.flatnonzero(np.diff(model.members.indptr) == 1)
        own[model.members.indices[model.members.indptr[single]]] = True
        self.room = np.where(own, self.far, model.counts).astype(float)

    def cuts(self, hidden: Bools) -> list[Cut]:
        """Return a cut for each hidden row whose bounds are closer than its need."""
        widths = Widths(self.model)
        narrow = widths.narrow(hidden)
        if not narrow and self.singletons:
            narrow = widths.narrow_to_singletons(hidden)
        self._bound(np.arange(self.rows), hidden)
        return [self._cut(case, hidden) for case in narrow]

    def _cut(self, case: Narrow, hidden: Bools) -> Cut:
        """Return what the duals of the case's two bounds say of the rows to hide.

        A least value is the sum of all reduced costs times the bounds at which they hold; the
        bound of a published row is the one it would have if it were hidden.
        """
        self._bound(case.known, np.zeros(len(case.known), dtype=bool))
        weights, level = np.zeros(self.rows), float(self.model.need[case.row])
        for sign in (1.0, -1.0):
            duals = self._duals(case.row, sign)
            of_parts, of_rows = duals[: self.parts], duals[self.parts :]
            level -= float(of_parts.clip(0) @ self.room + self.far * (-of_parts).clip(0).sum())
            weights += of_rows.clip(0) * self.model.fall + (-of_rows).clip(0) * self.far
        self._bound(case.known, hidden[case.known])
        weights[case.known] = 0.0
        level -= weights[case.row]
        weights[case.row] = 0.0
        rows = np.flatnonzero(weights > SLACK)
        return Cut(case.row, level, rows, np.minimum(weights[rows], level))

    def _bound(self, rows: Integers, free: Bools) -> None:
        """Let those of `rows` move that are `free`."""
        if len(rows):
            columns = (rows + self.parts).astype(np.int32)
            self._program.changeColsBounds(
                len(rows),
                columns,
                np.where(free, -self.model.fall[rows].astype(float), 0.0),
                np.where(free, self.far, 0.0),
            )

    def _duals(self, row: int, sign: float) -> Floats:
        """Return the reduced costs of all columns where `sign` times the row is least."""
        column = self.parts + row
        self._program.changeColCost(column, sign)
        self._program.run()
        if self._program.getModelStatus() != OPTIMAL:
            raise NoAnswer(f"optimum: {self._program.getModelStatus()}")
        found = np.asarray(self._program.getSolution().col_dual)
        self._program.changeColCost(column, 0.0)
        return np.where(np.abs(found) > SLACK, found, 0.0)

    @cached_property
    def _program(self) -> highspy.Highs:
        size = self.parts + self.rows
        highs = solver(
            np.zeros(size),
            np.concatenate([-self.room, np.zeros(self.rows)]),
            np.concatenate([np.full(self.parts, self.far), np.zeros(self.rows)]),
            sparse.hstack([self.model.members, -sparse.eye_array(self.rows)]),
            np.zeros(self.rows),
            np.zeros(self.rows),
        )
        highs.setOptionValue("presolve", "off")
        return highs
