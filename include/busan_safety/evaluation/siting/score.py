"""Priority score of map cells for new cameras, with every component a reader needs to redo it.

The input has one row per H3 cell of the whole study area, empty cells included: an empty
neighbour pulls the smoothed risk down, a cell that is left out does not exist. The output holds
counts of single cells: it is for siting inside the agency and passes disclosure control before
it is published.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from busan_safety.evaluation.methods.refusal import Refused
from busan_safety.evaluation.siting.cells import check_cells, neighbours

VULNERABLE_COLUMNS = (
    "school_count",
    "child_zone_count",
    "safe_route_count",
    "relief_facility_count",
)
COUNT_COLUMNS = ("event_count", "camera_count", *VULNERABLE_COLUMNS)
INPUT_COLUMNS = ("h3_cell", "event_count", "exposure", "camera_count", *VULNERABLE_COLUMNS)

LIMITS_KO = (
    "점수는 신고된 범죄를 바탕으로 하며 실제 범죄 전체가 아닙니다. 신고가 어려운 피해와 신고율의 "
    "지역 차이는 반영되지 않습니다. 순찰과 카메라가 많은 곳은 더 많이 적발·기록되므로, 그 기록으로 "
    "다시 설치 장소를 정하면 같은 곳에 치우침이 되풀이될 수 있습니다. 점수는 칸 사이의 순위를 더한 "
    "값으로 크기의 차이를 뜻하지 않으며, 가중치는 계산 결과가 아니라 정책 판단입니다. 점수가 "
    "높다고 카메라가 범죄를 줄인다는 뜻은 아닙니다. 카메라의 방향·화질·사각지대는 알 수 없고, "
    "조명이나 순찰이 더 알맞을 수 있습니다. "
    "현장 점검과 주민 의견, 사생활 영향 검토를 거친 뒤에 결정합니다."
)
LIMITS_EN = (
    "The score rests on reported crime, which is not crime: harm that is hard to report and "
    "local differences in reporting are missing. Where patrols and cameras are many, more is "
    "found and recorded; choosing sites from that record can feed back and repeat the bias. The "
    "score adds up ranks between cells and says nothing about sizes of differences; the weights "
    "are a policy choice, not a result. A high score does not mean that a camera would reduce "
    "crime there. Direction, quality and blind spots of cameras are unknown, and lighting or "
    "patrols may serve better. Decide after a site visit, residents' views and a privacy review."
)


@dataclass(frozen=True)
class Weights:
    """Weights of the four components, each >= 0, together 1; coverage is subtracted.

    The defaults are a starting point for discussion: no study is claimed for them.
    Raises ValueError for a negative or non-finite weight, Refused (weights_do_not_sum) when the
    four do not add up to 1.
    """

    risk: float = 0.4
    exposure: float = 0.2
    vulnerable: float = 0.2
    coverage: float = 0.2

    def __post_init__(self) -> None:
        weights = astuple(self)
        if not all(math.isfinite(weight) and weight >= 0 for weight in weights):
            raise ValueError("A weight of the priority score is a number from 0 to 1.")
        if not math.isclose(math.fsum(weights), 1, rel_tol=0, abs_tol=1e-9):
            raise Refused("weights_do_not_sum", "The weights of the priority score add up to 1.")


def priority_scores(
    cells: pd.DataFrame,
    *,
    years: float,
    weights: Weights | None = None,
    smoothing_reach: int = 1,
    camera_reach: int = 1,
) -> pd.DataFrame:
    """Score each cell and return one row per cell, sorted by `h3_cell`, in any input order alike.

    cells: columns `INPUT_COLUMNS`, one row per cell of the study area. `event_count` is the sum of
    the five major crimes over all `years`; `exposure` any amount >= 0 that stands for people
    present (night 112 calls, share of population); the rest are counts of things in the cell.
    smoothing_reach, camera_reach: H3 grid distance, 0 for the cell alone.

    Added columns:
    - `risk_per_year`: events a year after `shrunken_rates` over `smoothing_reach`;
    - `vulnerable_count`: the four vulnerable-user columns added up;
    - `covering_camera_count`: cameras in the cell and its neighbours within `camera_reach`;
    - `is_ranked`: the cell has an input above zero in at least one column; all else is ranked
      among these cells only and is empty (NaN) for the others;
    - `risk_rank`, `exposure_rank`, `vulnerable_rank`, `coverage_rank`: `percentile_ranks`;
    - `need`: weighted sum of the first three ranks, 0 to 1 - weights.coverage; the demand
      of a choice of sites, since there the existing cameras are known already;
    - `score`: need minus weights.coverage x coverage_rank.

    Raises Refused (no_input) when no cell has any input, ValueError for missing columns, repeated,
    invalid or mixed-resolution cells, negative or missing numbers, counts that are not whole,
    years <= 0 and negative reaches.
    """
    weights = weights or Weights()
    table = _checked(cells)
    ids = table["h3_cell"].tolist()
    table["risk_per_year"] = shrunken_rates(
        table["event_count"].to_numpy(dtype=np.int64), neighbours(ids, smoothing_reach), years=years
    )
    table["vulnerable_count"] = table[list(VULNERABLE_COLUMNS)].sum(axis=1)
    cameras = table["camera_count"].to_numpy(dtype=np.int64)
    table["covering_camera_count"] = [
        int(cameras[near].sum()) for near in neighbours(ids, camera_reach)
    ]
    table["is_ranked"] = (table[list(INPUT_COLUMNS[1:])] > 0).any(axis=1)
    if not table["is_ranked"].any():
        raise Refused("no_input", "No cell of the study area has anything to be ranked by.")
    return _with_score(table, weights)


def shrunken_rates(
    events: NDArray[np.int64], near: Sequence[NDArray[np.intp]], *, years: float
) -> NDArray[np.float64]:
    """Events a year of each cell, shrunk to the mean of its neighbourhood.

    events: shape (cells,); near: for each cell the positions of its neighbourhood, itself
    included. Marshall's local empirical Bayes with equal exposure (years) in all cells: with
    mean m and variance s2 (divisor n) of the yearly rates of the neighbourhood,
    a = max(0, s2 - m / years) and the estimate is m + (rate - m) x a / (a + m / years). With
    equal exposure the global version multiplies all distances to one mean by one factor and
    could not change a rank: therefore the local one.
    Raises ValueError for years that are not positive.
    Source: Marshall 1991, Applied Statistics 40(2), 283-294; DOMAIN.md E4.
    """
    if not (math.isfinite(years) and years > 0):
        raise ValueError(f"The events cover a positive number of years, not {years}.")
    # Sums of whole numbers do not depend on their order, so equal neighbourhoods stay equal.
    sizes = np.array([len(positions) for positions in near], dtype=float)
    totals = np.array([events[positions].sum() for positions in near], dtype=float)
    squares = np.array([(events[positions] ** 2).sum() for positions in near], dtype=float)
    mean = totals / sizes / years
    variance = (sizes * squares - totals**2) / sizes**2 / years**2
    noise = mean / years
    between = np.maximum(0.0, variance - noise)
    spread = between + noise
    share = np.divide(between, spread, out=np.zeros_like(mean), where=spread > 0)
    return np.asarray(mean + (events / years - mean) * share, dtype=float)


def percentile_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the other values that are smaller: 0 for the smallest, 1 for a single largest.

    values: shape (cells,), no NaN. Equal values share the rank, so a cell without any school has
    0 however many such cells there are. A single value has rank 0.
    """
    smaller = np.searchsorted(np.sort(values), values, side="left")
    return smaller / max(1, len(values) - 1)


def _checked(cells: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in INPUT_COLUMNS if name not in cells.columns]
    if missing:
        raise ValueError(f"Columns missing from the table of cells: {', '.join(missing)}.")
    table = cells[list(INPUT_COLUMNS)]
    check_cells(table["h3_cell"])
    if table["h3_cell"].duplicated().any():
        raise ValueError("A cell stands more than once in the table of cells.")
    numbers = table[list(INPUT_COLUMNS[1:])].to_numpy(dtype=float)
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        raise ValueError("Inputs of the priority score are numbers from 0 up.")
    counts = table[list(COUNT_COLUMNS)].to_numpy(dtype=float)
    if (counts != np.floor(counts)).any():
        raise ValueError("Counts of the priority score are whole numbers.")
    kinds: dict[str, type] = {**dict.fromkeys(COUNT_COLUMNS, np.int64), "exposure": np.float64}
    return table.astype(kinds).sort_values("h3_cell", ignore_index=True)


def _with_score(table: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    ranked = table["is_ranked"].to_numpy(dtype=bool)
    sources = {
        "risk_rank": "risk_per_year",
        "exposure_rank": "exposure",
        "vulnerable_rank": "vulnerable_count",
        "coverage_rank": "covering_camera_count",
    }
    for name, source in sources.items():
        ranks = np.full(len(table), np.nan)
        ranks[ranked] = percentile_ranks(table[source].to_numpy(dtype=float)[ranked])
        table[name] = ranks
    table["need"] = (
        weights.risk * table["risk_rank"]
        + weights.exposure * table["exposure_rank"]
        + weights.vulnerable * table["vulnerable_rank"]
    )
    table["score"] = table["need"] - weights.coverage * table["coverage_rank"]
    return table
