"""Score and choice together: every cell with what it was judged by, and what each choice covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import h3
import pandas as pd

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.siting.cover import CoverPlan, site_cameras
from busan_safety.evaluation.siting.inputs import SitingInputs
from busan_safety.evaluation.siting.policy import SitingPolicy
from busan_safety.evaluation.siting.score import Weights, priority_scores


@dataclass(frozen=True)
class Siting:
    """The cells scored and chosen, and the need that each way of choosing covers.

    cells: the inputs' cells with the columns of `priority_scores` and `is_covered` (enough
    cameras within reach now), `priority_rank` (by score), `naive_rank` (by recorded crimes alone,
    as a list of hot spots would), `selected_order` (1 adds most; empty when not chosen),
    `is_selected`, `is_naive` (among the first cells by crimes). Ranks are of cells where a camera
    may go: ranked ones whose district's register is known; ties go to the smaller cell id.
    total_need: over all of them; covered_before: the part where enough cameras stand.
    covered_by_crimes: need newly covered by the first cells by recorded crimes.
    """

    cells: pd.DataFrame
    plan: CoverPlan
    weights: Weights
    site_count: int
    total_need: float
    covered_before: float
    covered_by_crimes: float


def choose_sites(inputs: SitingInputs, policy: SitingPolicy, site_count: int) -> Siting:
    """Score the cells and choose `site_count` of them.

    Raises Refused: no_input, no_sites_requested, too_few_candidates as the functions it calls,
    nothing_to_cover when enough cameras stand within reach of all need.
    """
    weights = policy.weights.with_exposure(known=inputs.has_exposure)
    scored = priority_scores(
        inputs.cells,
        years=inputs.years,
        weights=weights,
        smoothing_reach=policy.smoothing_reach,
        camera_reach=policy.reach,
    )
    cells = scored.merge(inputs.cells[["h3_cell", *_missing(inputs.cells, scored)]], on="h3_cell")
    cells["is_covered"] = cells["covering_camera_count"] >= policy.covered_from
    open_to_choice = cells[cells["is_ranked"] & cells["is_register_known"]].set_index("h3_cell")
    need = open_to_choice["need"]
    demand = _by_cell(need[~open_to_choice["is_covered"]])
    if not any(amount > 0 for amount in demand.values()):
        raise Refused("nothing_to_cover", "Enough cameras stand within reach of all need.")
    plan = site_cameras(
        demand,
        site_count,
        candidates=list(need.index),
        scores=_by_cell(open_to_choice["score"]),
        reach=policy.reach,
        time_limit=policy.time_limit_seconds,
    )
    by_score = _ranks(open_to_choice["score"])
    by_crimes = _ranks(open_to_choice["event_count"])
    first = [cell for cell, rank in by_crimes.items() if rank <= site_count]
    order = {cell: position for position, cell in enumerate(plan.best.cells, start=1)}
    for name, ranks in (
        ("priority_rank", by_score),
        ("naive_rank", by_crimes),
        ("selected_order", order),
    ):
        cells[name] = cells["h3_cell"].map(ranks).astype("Int64")
    cells["is_selected"] = cells["selected_order"].notna()
    cells["is_naive"] = cells["h3_cell"].isin(first)
    return Siting(
        cells=cells,
        plan=plan,
        weights=weights,
        site_count=site_count,
        total_need=float(need.sum()),
        covered_before=float(need[open_to_choice["is_covered"]].sum()),
        covered_by_crimes=covered_need(demand, first, policy.reach),
    )


def covered_need(demand: Mapping[str, float], sites: Iterable[str], reach: int) -> float:
    """Demand within reach of the sites, each cell once."""
    return sum(demand[cell] for cell in sorted(_reached(sites, reach) & demand.keys()))


def by_district(siting: Siting, inputs: SitingInputs, reach: int) -> pd.DataFrame:
    """One row per district with any cell: cells, cameras, need and what is covered of it.

    `need_selected`: the need of the district's own cells that the choice newly covers, from
    whichever district's sites. Sorted by district; cells of no known district are left out.
    """
    cells = siting.cells.assign(
        is_open=siting.cells["is_ranked"] & siting.cells["is_register_known"]
    )
    cells["open_need"] = cells["need"].where(cells["is_open"], 0.0)
    cells["need_covered_before"] = cells["open_need"].where(cells["is_covered"], 0.0)
    reached = _reached(siting.plan.best.cells, reach)
    newly = cells["h3_cell"].isin(reached) & ~cells["is_covered"]
    cells["need_selected"] = cells["open_need"].where(newly, 0.0)
    grouped = cells.dropna(subset="district_code").groupby("district_code", sort=True)
    return grouped.agg(
        is_register_known=("is_register_known", "all"),
        cell_count=("h3_cell", "size"),
        ranked_cell_count=("is_ranked", "sum"),
        camera_count=("camera_count", "sum"),
        selected_count=("is_selected", "sum"),
        naive_count=("is_naive", "sum"),
        need_total=("open_need", "sum"),
        need_covered_before=("need_covered_before", "sum"),
        need_selected=("need_selected", "sum"),
    ).reset_index()


def _by_cell(values: pd.Series) -> dict[str, float]:
    return {str(cell): float(value) for cell, value in values.items()}


def _missing(table: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    return [str(name) for name in table.columns if name not in other.columns]


def _reached(sites: Iterable[str], reach: int) -> set[str]:
    return {near for site in sites for near in h3.grid_disk(site, reach)}


def _ranks(values: pd.Series) -> dict[str, int]:
    """Rank 1 for the largest value; of equal ones the smaller cell id comes first."""
    ordered = values.sort_index().sort_values(ascending=False, kind="stable")
    return {str(cell): rank for rank, cell in enumerate(ordered.index, start=1)}
