"""Exact solution of the maximal covering location problem by mixed-integer programming.

Program: maximise the demand of covered cells, where a cell counts as covered only if a chosen
site reaches it, with at most `count` sites. Source: Church & ReVelle 1974, Papers of the Regional
Science Association 32, 101-118.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from busan_safety.evaluation.siting.instance import Instance, settled

# HiGHS accepts solutions within 1e-6 of the bound whatever relative gap is asked for; demand is
# handed over with the largest cell as 1, so this is a millionth of one cell.
SOLVER_TOLERANCE = 1e-6

# Rounding fixes at least this part of the open sites at a time, and all shares above the second.
DIVE_STEP = 0.3
DIVE_SURE = 0.9


@dataclass(frozen=True)
class Solution:
    """Sites found, and a bound in units that no choice of sites can exceed."""

    sites: NDArray[np.intp]
    bound: float
    is_optimal: bool


def solve(instance: Instance, start: NDArray[np.intp], time_limit: float) -> Solution:
    """Best choice of sites, at least as good as `start`, proven best if time allows.

    time_limit: seconds for the integer programs together; the linear programs beside them are
    not limited (seconds each for 10,000 cells). The linear relaxation gives a bound and reduced
    costs; the program over the sites that it uses gives a good solution fast. Sites whose
    reduced cost exceeds the distance between the two cannot be in a better solution and are left
    out of the last program, which therefore stays exact. Where the first program is not solved in
    half the time, the last has no prospect: then the relaxation is rounded step by step, and the
    bound tells how far that can be from the best.
    """
    sites = undominated(instance.reached)
    relaxed = _relax(instance, sites)
    if relaxed is None:
        found = _program(instance, sites, start, time_limit)
        bound = float(instance.units.sum())
    else:
        bound = relaxed.bound
        used = sites[relaxed.shares > SOLVER_TOLERANCE]
        found = _program(instance, used, start, time_limit / 2)
        missing = bound - instance.covered(found.sites)
        slack = SOLVER_TOLERANCE * instance.unit
        if missing <= slack:
            return Solution(found.sites, bound, True)
        if not found.is_optimal:
            rounded = _dive(instance, sites, relaxed.shares)
            best = max(found.sites, rounded, key=instance.covered)
            return Solution(best, bound, bound - instance.covered(best) <= slack)
        rest = sites[relaxed.reduced_costs <= missing + slack]
        found = _program(instance, rest, found.sites, time_limit / 2)
    reached = float(instance.covered(found.sites))
    bound = reached if found.is_optimal else max(reached, min(bound, found.bound))
    return Solution(found.sites, bound, found.is_optimal)


def undominated(reached: sparse.csr_array) -> NDArray[np.intp]:
    """Sites worth considering: a site whose cells another one all reaches is never needed.

    Of sites that reach the same cells the first stays; sites that reach none are left out.
    """
    shared = (reached @ reached.T).tocoo()
    sizes = np.asarray(reached.sum(axis=1)).ravel()
    site, other = shared.coords
    inside = (shared.data == sizes[site]) & (site != other)
    needless = inside & ((sizes[other] > sizes[site]) | (other < site))
    kept = sizes > 0
    kept[site[needless]] = False
    return np.flatnonzero(kept)


@dataclass(frozen=True)
class _Relaxed:
    bound: float
    shares: NDArray[np.float64]
    reduced_costs: NDArray[np.float64]


def _relax(
    instance: Instance, sites: NDArray[np.intp], fixed: NDArray[np.bool_] | None = None
) -> _Relaxed | None:
    costs, matrix, limits = _matrices(instance, sites)
    bounds = np.column_stack([np.zeros(len(costs)), np.ones(len(costs))])
    if fixed is not None:
        bounds[: len(sites), 0] = fixed
    # The interior point method: the simplex method of HiGHS takes minutes on thousands of like
    # hexagons.
    found = optimize.linprog(costs, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs-ipm")
    if found.status != 0:
        return None
    number = len(sites)
    reduced_costs = found.lower.marginals[:number] * instance.unit
    return _Relaxed(-found.fun * instance.unit, found.x[:number], reduced_costs)


def _dive(
    instance: Instance, sites: NDArray[np.intp], shares: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Round the relaxation: fix the largest shares, solve again, until all sites are chosen."""
    fixed = np.zeros(len(sites), dtype=bool)
    while fixed.sum() < instance.count:
        left = instance.count - int(fixed.sum())
        open_shares = np.where(fixed, 0.0, shares)
        likely = np.argsort(-open_shares, kind="stable")[:left]
        step = max(math.ceil(left * DIVE_STEP), int((open_shares > DIVE_SURE).sum()))
        likely = likely[:step][open_shares[likely[:step]] > SOLVER_TOLERANCE]
        fixed[likely] = True
        relaxed = _relax(instance, sites, fixed) if len(likely) else None
        if relaxed is None:
            break
        shares = relaxed.shares
    return settled(instance, sites[fixed])


def _program(
    instance: Instance, sites: NDArray[np.intp], start: NDArray[np.intp], time_limit: float
) -> Solution:
    costs, matrix, limits = _matrices(instance, sites)
    whole = np.zeros(len(costs))
    whole[: len(sites)] = 1
    found = optimize.milp(
        costs,
        integrality=whole,
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(matrix, -np.inf, limits),
        options={"mip_rel_gap": 0, "time_limit": time_limit},
    )
    bound = math.inf if found.mip_dual_bound is None else -found.mip_dual_bound * instance.unit
    best = start
    if found.x is not None:
        best = max(start, sites[found.x[: len(sites)] > 0.5], key=instance.covered)
    return Solution(best, bound, found.status == 0)


def _matrices(
    instance: Instance, sites: NDArray[np.intp]
) -> tuple[NDArray[np.float64], sparse.csc_array, NDArray[np.float64]]:
    cells = len(instance.units)
    reaches = instance.reached[sites].astype(float)
    matrix = sparse.vstack(
        [
            sparse.hstack([-reaches.T, sparse.eye_array(cells)]),
            sparse.hstack(
                [sparse.csr_array(np.ones((1, len(sites)))), sparse.csr_array((1, cells))]
            ),
        ]
    ).tocsc()
    # 32-bit indices: HiGHS takes no others.
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    costs = np.concatenate([np.zeros(len(sites)), -instance.units / instance.unit])
    return costs, matrix, np.concatenate([np.zeros(cells), [float(instance.count)]])
