"""Which cells are sensitive by themselves: small counts, dominated sums.

Sources: Hundepool et al. (2012) "Statistical Disclosure Control", 4.2: threshold, (n, k)
dominance and p-percent rules.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from busan_safety.disclosure.suppression.model import Bools, Floats, Integers


def small_counts(values: Integers, thresholds: npt.ArrayLike) -> Bools:
    """Return which counts are from 1 to threshold - 1.

    thresholds: one for all cells or one per cell; 0, 1 or NaN: the cell is not sensitive.
    """
    limits = np.broadcast_to(np.asarray(thresholds, dtype=float), values.shape)
    return np.asarray((values > 0) & (values < np.nan_to_num(limits, nan=0.0)))


def dominated(contributions: pd.DataFrame, cells: int, *, n: int, k: float) -> Bools:
    """Return which cells owe more than share `k` of their sum to the `n` largest contributors.

    contributions: one row per contributor and cell: `cell` (number of the cell), `amount` >= 0.
    """
    amounts = _sorted(contributions)
    largest = amounts[amounts.groupby("cell").cumcount() < n]
    return np.asarray(_sums(largest, cells) > k * _sums(amounts, cells))


def guessed(contributions: pd.DataFrame, cells: int, *, p: float) -> Bools:
    """Return which cells let the second contributor know the first to within share `p`.

    The p% rule: sum less the two largest is smaller than p times the largest. contributions: as
    in `dominated`. A cell with one contributor is always sensitive, an empty one never.
    """
    amounts = _sorted(contributions)
    rank = amounts.groupby("cell").cumcount()
    largest = _sums(amounts[rank == 0], cells)
    return np.asarray(_sums(amounts[rank >= 2], cells) < p * largest)


def _sorted(contributions: pd.DataFrame) -> pd.DataFrame:
    amounts = contributions[["cell", "amount"]]
    if (amounts["amount"] < 0).any() or amounts.isna().any(axis=None):
        raise ValueError("a contribution is negative or missing")
    return amounts.sort_values(["cell", "amount"], ascending=[True, False])


def _sums(amounts: pd.DataFrame, cells: int) -> Floats:
    return np.bincount(
        amounts["cell"].to_numpy(dtype=np.int64), amounts["amount"].to_numpy(float), cells
    ).astype(float)
