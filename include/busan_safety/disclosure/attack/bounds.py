"""How far each sum may go: intervals of pieces by linear programs, each solution used for all.

A solution in whole numbers proves, for every piece at once, that its count may be so: most pieces
are wide enough after a few solutions and need no program of their own. What is not gets its least
and most by linear programming, and by whole numbers where that leaves a doubt.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from busan_safety.disclosure.attack.reduce import Component, Reduced
from busan_safety.disclosure.attack.solver import Optimum, Solver

RANDOM_SUMS = 6
# Above so many unknowns nobody asks by how much an interval that is too narrow is so.
SMALL = 200
SEED = 20260102


class Audit:
    """What is known of the pieces of one component, all of shape (p,).

    met_low, met_high: least and most in a solution that was met; low, high: proved limits;
    settled: nothing more can be found. seen: counts of the pieces in each solution met.
    """

    def __init__(self, component: Component) -> None:
        count = len(component.pieces)
        self.component = component
        self.solver = Solver(component)
        self.matrix = sparse.csr_array(
            (
                np.ones(sum(map(len, component.pieces))),
                [column for piece in component.pieces for column in piece],
                np.concatenate(([0], np.cumsum([len(piece) for piece in component.pieces]))),
            ),
            shape=(count, len(component.floor)),
        )
        self.met_low = np.full(count, np.inf)
        self.met_high = np.full(count, -np.inf)
        self.low = self.matrix @ component.floor
        self.high = np.full(count, np.inf)
        self.settled = np.zeros(count, dtype=bool)
        self.seen: list[npt.NDArray[np.float64]] = []
        self._if_free_or_one_row()

    def met(self) -> npt.NDArray[np.float64]:
        """Width that is proved possible; 0 before any solution."""
        width: npt.NDArray[np.float64] = np.maximum(self.met_high - self.met_low, 0)
        return width

    def widen(self, pieces: npt.NDArray[np.int64], turns: int = RANDOM_SUMS) -> None:
        """Look for wide solutions of several pieces at once."""
        if self.settled[pieces].all():
            return
        random = np.random.default_rng(SEED)
        for turn in range(turns):
            signs = np.ones(len(pieces)) if turn == 0 else random.choice([-1.0, 1.0], len(pieces))
            for sign in (1.0, -1.0):
                weights = sparse.csr_array(self.matrix[pieces]).T @ (sign * signs)
                found = self.solver.most(np.asarray(weights))
                if found.whole is None and np.isfinite(found.bound):
                    found = self.solver.most_whole(np.asarray(weights))
                self._meet(found)

    def settle(self, piece: int, required: float) -> None:
        """Find the interval of a piece, or at least that its width is `required`."""
        if self.settled[piece]:
            return
        weights = np.asarray(self.matrix[[piece]].toarray()).ravel()
        for search in (self.solver.most, self.solver.most_whole):
            done = []
            for sign in (1.0, -1.0):
                if self.met()[piece] >= required:
                    return
                found = search(sign * weights)
                self._meet(found)
                self._limit(piece, sign, found)
                done.append(found.reached or np.isinf(found.bound))
            too_narrow = self.high[piece] - self.low[piece] < required
            if all(done) or (too_narrow and len(weights) > SMALL):
                break
        self.settled[piece] = True

    def given(self, known: dict[int, float]) -> Audit:
        """Make the audit of the same component for one who knows some of its pieces."""
        it, numbers = self.component, list(known)
        counts = np.array([known[number] for number in numbers])
        told = Audit(
            replace(
                it,
                matrix=sparse.csr_array(
                    sparse.vstack([it.matrix, self.matrix[numbers].astype(np.int64)], format="csr")
                ),
                lower=np.concatenate([it.lower, counts]),
                upper=np.concatenate([it.upper, counts]),
            )
        )
        for seen in self.seen:
            if (seen[numbers] == counts).all():
                told.use(seen)
        return told

    def use(self, counts: npt.NDArray[np.float64]) -> None:
        """Remember the pieces' counts in a solution."""
        self.seen.append(counts)
        np.minimum(self.met_low, counts, out=self.met_low)
        np.maximum(self.met_high, counts, out=self.met_high)

    def _limit(self, piece: int, sign: float, found: Optimum) -> None:
        if sign > 0:
            self.high[piece] = min(self.high[piece], found.bound)
        else:
            self.low[piece] = max(self.low[piece], -found.bound)
        if np.isinf(found.bound) and sign > 0:
            self.met_high[piece] = np.inf

    def _meet(self, found: Optimum) -> None:
        if found.whole is None:
            return
        self.use(self.matrix @ found.whole)

    def _if_free_or_one_row(self) -> None:
        """Settle at once what needs no program: no known sum, or a single one."""
        it = self.component
        if it.matrix.shape[0] > 1 or np.isfinite(it.ceiling).any():
            return
        inside, total = self.low, it.floor.sum()
        if it.matrix.shape[0] == 0:
            self.high[:] = np.inf
        else:
            lower, upper = it.lower[0], it.upper[0]
            everything = self.matrix.sum(axis=1) == len(it.floor)
            self.high = upper - (total - inside)
            self.low = np.where(everything, np.maximum(inside, lower), inside)
        self.met_low, self.met_high = self.low.copy(), self.high.copy()
        self.settled[:] = True


Audits = dict[tuple[object, ...], Audit]


def audits_of(reduced: Reduced, known: Audits) -> list[Audit]:
    """Return an audit for each component: that in `known` if there is one, else a new one in it."""
    return [
        known.setdefault(key, known.get(key) or Audit(component))
        for component in reduced.components
        for key in (component.key(),)
    ]


def intervals(
    reduced: Reduced,
    required: npt.NDArray[np.float64],
    known: Audits,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return the interval of each target, shape (t, 2), and whether it is proved, shape (t,).

    required: width from which on an interval is wide enough, shape (t,): such a target's interval
    is then only a part of the true one. `known` keeps audits for further calls.
    """
    audits = audits_of(reduced, known)
    _widen(reduced, audits, required)
    found = np.zeros((len(reduced.targets), 2))
    proved = np.ones(len(reduced.targets), dtype=bool)
    for number, target in enumerate(reduced.targets):
        for at in target.pieces:
            others = sum(audits[c].met()[p] for c, p in target.pieces if (c, p) != at)
            audits[at[0]].settle(at[1], required[number] - others)
        met = sum(audits[c].met()[p] for c, p in target.pieces)
        inner = met >= required[number]
        pairs = [
            (audits[c].met_low[p], audits[c].met_high[p])
            if inner
            else (audits[c].low[p], audits[c].high[p])
            for c, p in target.pieces
        ]
        found[number] = target.known + np.sum(pairs, axis=0) if pairs else target.known
        outer = sum(audits[c].high[p] - audits[c].low[p] for c, p in target.pieces)
        proved[number] = inner or outer == met
    return found, proved


def _widen(reduced: Reduced, audits: list[Audit], required: npt.NDArray[np.float64]) -> None:
    wanted: list[set[int]] = [set() for _ in audits]
    for number, target in enumerate(reduced.targets):
        if sum(audits[c].met()[p] for c, p in target.pieces) < required[number]:
            for component, piece in target.pieces:
                wanted[component].add(piece)
    for audit, pieces in zip(audits, wanted, strict=True):
        if pieces:
            audit.widen(np.array(sorted(pieces)))
