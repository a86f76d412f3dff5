"""How far hidden cells can be known: guesses that agree with everything published.

A guess is a set of parts, none negative, with the published sums and no hidden cell below the
least that it may be (1 where zeros are published). The bounds of a cell are the
least and the greatest value of it in any guess: two linear programs. Most cells need none: a
guess made for another cell, or one step along a basis vector, already shows them wide enough.
"""

from __future__ import annotations

from functools import cached_property

import highspy
import numpy as np
from scipy import sparse

from busan_safety.disclosure.suppression.components import Component
from busan_safety.disclosure.suppression.model import Floats, Integers
from busan_safety.disclosure.suppression.solver import OPTIMAL, solver

SLACK = 1e-6
SHAKES = 3


class NoAnswer(RuntimeError):
    """The solver stopped without an optimum, so nothing may be concluded."""


class Reach:
    """What guesses about one component have shown so far.

    least, most: furthest known changes of each cell of the component from its true value.
    """

    def __init__(self, component: Component, far: float) -> None:
        """far: no guess is followed further than this from the truth."""
        self.component = component
        self.far = far
        size = len(component.cells)
        self.least = np.zeros(size)
        self.most = np.zeros(size)
        self._guesses = np.zeros((64, size))
        self._count = 0
        self._step_along_vectors()

    def wide(self, cell: int, need: float) -> bool:
        """Whether the component's cell number `cell` is shown to move by `need`."""
        return bool(self.most[cell] - self.least[cell] >= need - SLACK)

    def solve(self, cell: int, known: Integers | None = None) -> None:
        """Find the exact bounds of cell number `cell` for someone who knows rows `known`."""
        row = self.component.cell_changes[[cell]].toarray()[0]
        fixed = np.flatnonzero(np.isin(self._held, self._numbers(known)))
        self._fix(fixed)
        for sign in (1.0, -1.0):
            self._note(self._cheapest(sign * row))
        self._free(fixed)

    def shake(self, rows: Integers, known: Integers | None = None) -> None:
        """Make guesses that move many of `rows` at once; those moved enough need no bounds."""
        numbers = self._numbers(rows)
        if len(numbers) < 3:
            return
        changes = self.component.cell_changes[numbers]
        fixed = np.flatnonzero(np.isin(self._held, self._numbers(known)))
        self._fix(fixed)
        signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(SHAKES, len(numbers)))
        signs[0] = 1.0
        for row in signs:
            for sign in (1.0, -1.0):
                self._note(self._cheapest(changes.T @ (sign * row)))
        self._free(fixed)

    def knowing(self, known: Integers) -> tuple[Floats, Floats]:
        """Return `least` and `most` of the guesses in which the rows `known` are true."""
        seen = self._guesses[: self._count]
        agree = (np.abs(seen[:, self._numbers(known)]) < SLACK).all(axis=1)
        return seen[agree].min(axis=0, initial=0.0), seen[agree].max(axis=0, initial=0.0)

    def _numbers(self, known: Integers | None) -> Integers:
        return np.flatnonzero(np.isin(self.component.cells, () if known is None else known))

    def _fix(self, held: Integers) -> None:
        for number in (held + len(self.component.counts)).tolist():
            self._program.changeRowBounds(number, 0.0, 0.0)

    def _free(self, held: Integers) -> None:
        for number in held.tolist():
            row = number + len(self.component.counts)
            self._program.changeRowBounds(row, -self._room[number], np.inf)

    def _cheapest(self, cost: Floats) -> Floats:
        """Return the changes of all cells in the guess of least cost."""
        self._program.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        self._program.run()
        if self._program.getModelStatus() != OPTIMAL:
            raise NoAnswer(f"bounds: {self._program.getModelStatus()}")
        return np.asarray(
            self.component.cell_changes @ np.asarray(self._program.getSolution().col_value)
        )

    def _note(self, guess: Floats) -> None:
        if self._count == len(self._guesses):
            self._guesses = np.concatenate([self._guesses, np.zeros_like(self._guesses)])
        self._guesses[self._count] = guess
        self._count += 1
        np.minimum(self.least, guess, out=self.least)
        np.maximum(self.most, guess, out=self.most)

    def _step_along_vectors(self) -> None:
        """Note the guesses one furthest step along each basis vector, both ways."""
        parts = sparse.csc_array(self.component.part_changes)
        cells = sparse.csc_array(self.component.cell_changes)
        for k in range(parts.shape[1]):
            inside = slice(parts.indptr[k], parts.indptr[k + 1])
            room, change = self.component.counts[parts.indices[inside]], parts.data[inside]
            touched = slice(cells.indptr[k], cells.indptr[k + 1])
            for sign in (1.0, -1.0):
                falls = sign * change < 0
                step = (room[falls] / np.abs(change[falls])).min(initial=self.far)
                of_cells = sign * cells.data[touched]
                below = of_cells < 0
                fall = self.component.fall[cells.indices[touched]][below]
                step = (fall / -of_cells[below]).min(initial=step)
                guess = np.zeros(cells.shape[0])
                guess[cells.indices[touched]] = step * of_cells
                self._note(guess)

    @cached_property
    def _held(self) -> Integers:
        """Cells that need a row: those with a least value, and counts of 1, which one may know."""
        component = self.component
        return np.flatnonzero((component.values == 1) | (component.fall < component.values))

    @cached_property
    def _room(self) -> Floats:
        values, fall = self.component.values[self._held], self.component.fall[self._held]
        return np.where(fall < values, fall.astype(float), np.inf)

    @cached_property
    def _program(self) -> highspy.Highs:
        """Steps along the basis vectors (free); parts, then cells that are held, by row."""
        component = self.component
        size = component.part_changes.shape[1]
        free = np.full(max(size, len(self._held)), np.inf)
        highs = solver(
            np.zeros(size),
            -free[:size],
            free[:size],
            sparse.vstack([component.part_changes, component.cell_changes[self._held]]),
            np.concatenate([-component.counts, -self._room]),
            np.concatenate([np.full(len(component.counts), self.far), free[: len(self._held)]]),
        )
        highs.setOptionValue("presolve", "off")
        highs.setOptionValue("simplex_strategy", 4)
        return highs
