"""Choice of cells for new cameras that covers the most need, beside two simpler choices."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.siting.cells import check_cells, positions_near
from busan_safety.evaluation.siting.exact import solve
from busan_safety.evaluation.siting.instance import Instance, greedy, settled

# What the greedy choice reaches at least, as a share of the best: 1 - 1/e.
# Source: Nemhauser, Wolsey & Fisher 1978, Mathematical Programming 14, 265-294.
GREEDY_GUARANTEE = 1 - math.exp(-1)

# Demand is compared as whole multiples of 2**-40 of the largest demand: sums are exact, so equal
# choices are equal in any order of adding up, and 8,000 cells still fit a 64-bit number.
_UNIT = 2**40


@dataclass(frozen=True)
class Choice:
    """Cells to install in, and the demand they cover that existing cameras do not."""

    cells: tuple[str, ...]
    covered_demand: float


@dataclass(frozen=True)
class CoverPlan:
    """The best choice found, what it is compared with, and how sure it is the best.

    best: in the order in which each next cell adds most, equals by cell id; `best` and `greedy`
    hold fewer cells than asked for when nothing is left to cover. ranking: the first cells by
    score, whatever they cover together. upper_bound: demand that no choice can exceed.
    is_optimal: the best is proven; False after the time limit, and then another run may differ.
    """

    best: Choice
    greedy: Choice
    ranking: Choice
    is_optimal: bool
    upper_bound: float
    total_demand: float
    covered_before: float

    @property
    def relative_gap(self) -> float:
        """Return how far the best may be from the optimum, as a share of the upper bound."""
        if self.upper_bound == 0:
            return 0.0
        return max(0.0, 1 - self.best.covered_demand / self.upper_bound)


def site_cameras(
    demand: Mapping[str, float],
    count: int,
    *,
    existing: Collection[str] = (),
    candidates: Collection[str] | None = None,
    scores: Mapping[str, float] | None = None,
    reach: int = 1,
    time_limit: float = 15.0,
) -> CoverPlan:
    """Choose `count` cells so that the demand newly within reach of a camera is greatest.

    demand: amount >= 0 by H3 cell, such as `need` of `priority_scores`; existing: cells whose
    cameras already cover what they reach; candidates: where a camera may go, by default all
    cells of `demand`; scores: what the plain ranking goes by, by default the demand that is not
    yet covered. reach: H3 grid distance, 0 for the cell alone; a planning distance, not what a
    lens sees: at resolution 9 a cell in Busan is about 300 m across, with its neighbours 900 m.
    With reach 0 the best choice is the ranking of the uncovered cells.
    time_limit: seconds for the integer programs; where they are not solved in time, rounding
    after them may take as long again. Ties go to the smaller cell id: no chosen cell could be
    replaced by one with a smaller id at no loss.

    Raises Refused (no_sites_requested, too_few_candidates) for a count below 1 or above the number
    of candidates, ValueError for negative or missing demand, candidates without a score, cells
    that are invalid or of mixed resolution, a negative reach and a time limit <= 0.
    """
    places = sorted(set(demand if candidates is None else candidates))
    _check(demand, places, existing, count, time_limit)
    largest = max(demand.values(), default=0.0)
    open_cells = _open_cells(demand, existing, reach)
    ranks = _scores(places, scores, {cell: demand[cell] for cell in open_cells})
    instance = _instance(demand, open_cells, places, count, reach)
    quick = greedy(instance, np.arange(len(places)))
    solution = solve(instance, quick, time_limit) if len(open_cells) else None
    best = quick if solution is None else greedy(instance, settled(instance, solution.sites))
    first = np.array(sorted(range(len(places)), key=lambda site: (-ranks[site], site))[:count])

    def choice(sites: NDArray[np.intp]) -> Choice:
        return Choice(
            tuple(places[site] for site in sites), instance.covered(sites) / _UNIT * largest
        )

    found = choice(best)
    bound = found.covered_demand if solution is None else solution.bound / _UNIT * largest
    is_optimal = solution is None or solution.is_optimal
    return CoverPlan(
        best=found,
        greedy=choice(quick),
        ranking=choice(first),
        is_optimal=is_optimal,
        upper_bound=found.covered_demand if is_optimal else max(bound, found.covered_demand),
        total_demand=math.fsum(demand.values()),
        covered_before=math.fsum(demand.values()) - math.fsum(demand[cell] for cell in open_cells),
    )


def _check(
    demand: Mapping[str, float],
    places: Sequence[str],
    existing: Collection[str],
    count: int,
    time_limit: float,
) -> None:
    if count < 1:
        raise Refused("no_sites_requested", "At least one camera is to be placed.")
    if count > len(places):
        raise Refused("too_few_candidates", "More cameras are asked for than there are cells.")
    check_cells({*demand, *places, *existing})
    if not all(math.isfinite(amount) and amount >= 0 for amount in demand.values()):
        raise ValueError("Demand is a number from 0 up in every cell.")
    if not time_limit > 0:
        raise ValueError(f"A time limit is a positive number of seconds, not {time_limit}.")


def _scores(
    places: Sequence[str], scores: Mapping[str, float] | None, open_demand: Mapping[str, float]
) -> list[float]:
    if scores is None:
        return [open_demand.get(place, 0.0) for place in places]
    found = [scores.get(place, math.nan) for place in places]
    if any(math.isnan(score) for score in found):
        raise ValueError("At least one candidate has no score.")
    return found


def _open_cells(demand: Mapping[str, float], existing: Collection[str], reach: int) -> list[str]:
    cells = sorted(demand)
    position = {cell: index for index, cell in enumerate(cells)}
    covered = {
        int(index) for cell in set(existing) for index in positions_near(cell, position, reach)
    }
    return [cell for index, cell in enumerate(cells) if index not in covered and demand[cell] > 0]


def _instance(
    demand: Mapping[str, float],
    open_cells: Sequence[str],
    places: Sequence[str],
    count: int,
    reach: int,
) -> Instance:
    position = {cell: index for index, cell in enumerate(open_cells)}
    near = [positions_near(place, position, reach) for place in places]
    ends = np.cumsum([0, *(len(positions) for positions in near)])
    cells = np.concatenate(near)
    largest = max(demand.values(), default=0.0)
    return Instance(
        reached=sparse.csr_array(
            (np.ones(len(cells), dtype=np.int64), cells, ends), shape=(len(places), len(open_cells))
        ),
        units=np.array([round(demand[cell] / largest * _UNIT) for cell in open_cells], np.int64),
        unit=_UNIT,
        count=count,
    )
