"""One component in HiGHS: the least and the most of a sum of its unknowns.

One thread: HiGHS keeps the first thread count of a process and fails on another. No presolve and
primal simplex: only the objective changes between runs, and the last vertex stays feasible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from busan_safety.disclosure.attack.fixing import CONTRADICTION
from busan_safety.disclosure.attack.model import AttackRefused
from busan_safety.disclosure.attack.reduce import Component

TOLERANCE = 1e-6
PRIMAL_SIMPLEX = 4
# Whole-number searches stop here and say so: a wall clock would make two runs differ.
NODES = 2_000
STOPPED = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kSolutionLimit)


@dataclass(frozen=True)
class Optimum:
    """bound: no solution goes beyond it. whole: a solution in whole numbers that was met, or None.

    reached: `whole` is at the bound.
    """

    bound: float
    whole: npt.NDArray[np.int64] | None
    reached: bool


class Solver:
    """HiGHS models of one component, made when first asked."""

    def __init__(self, component: Component) -> None:
        self.component = component
        self.solved = 0
        self._linear: Any = None
        self._whole: Any = None

    def most(self, weights: npt.NDArray[np.float64]) -> Optimum:
        """Maximise a weighted sum by linear programming."""
        if self._linear is None:
            self._linear = _model(self.component)
        return self._run(self._linear, weights, lambda info: info.objective_function_value)

    def most_whole(self, weights: npt.NDArray[np.float64]) -> Optimum:
        """Maximise a weighted sum over whole numbers, as far as NODES allow."""
        if self._whole is None:
            self._whole = _model(self.component)
            size = len(self.component.floor)
            kind = np.full(size, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            self._whole.changeColsIntegrality(size, np.arange(size, dtype=np.int32), kind)
            for option, value in (
                ("presolve", "on"),
                ("mip_rel_gap", 0.0),
                ("mip_abs_gap", 0.5),
                ("mip_max_nodes", NODES),
            ):
                self._whole.setOptionValue(option, value)
        return self._run(self._whole, weights, lambda info: info.mip_dual_bound)

    def _run(
        self, model: Any, weights: npt.NDArray[np.float64], bound: Callable[[Any], float]
    ) -> Optimum:
        size = len(weights)
        model.changeColsCost(size, np.arange(size, dtype=np.int32), weights)
        model.run()
        self.solved += 1
        status = model.getModelStatus()
        if status in (
            highspy.HighsModelStatus.kUnbounded,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        ):
            return Optimum(np.inf, None, False)
        if status == highspy.HighsModelStatus.kInfeasible:
            raise AttackRefused(CONTRADICTION)
        info = model.getInfo()
        if status not in STOPPED:
            raise RuntimeError(f"HiGHS stopped with {model.modelStatusToString(status)}")
        best = float(np.floor(bound(info) + TOLERANCE))
        whole = self._checked(np.array(model.getSolution().col_value))
        reached = whole is not None and float(whole @ weights) == best
        return Optimum(best, whole, reached)

    def _checked(self, found: npt.NDArray[np.float64]) -> npt.NDArray[np.int64] | None:
        """Return the solution if it is whole and holds exactly, in whole-number arithmetic."""
        it = self.component
        if len(found) != len(it.floor):
            return None
        whole = np.rint(found).astype(np.int64)
        if np.abs(found - whole).max(initial=0) > TOLERANCE:
            return None
        sums = it.matrix @ whole
        if (sums < it.lower).any() or (sums > it.upper).any():
            return None
        if (whole < it.floor).any() or (whole > it.ceiling).any():
            return None
        return whole


def _model(component: Component) -> Any:
    make: Any = highspy.Highs
    model = make()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("presolve", "off"),
        ("simplex_strategy", PRIMAL_SIMPLEX),
        ("random_seed", 0),
    ):
        model.setOptionValue(option, value)
    matrix = component.matrix
    model.addVars(len(component.floor), component.floor, component.ceiling)
    if matrix.shape[0]:
        model.addRows(
            matrix.shape[0],
            component.lower,
            component.upper,
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data.astype(np.float64),
        )
    model.changeObjectiveSense(highspy.ObjSense.kMaximize)
    return model
