"""P values adjusted for the number of questions that were asked together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from statsmodels.stats.multitest import multipletests

Adjustment = Literal["holm", "benjamini_hochberg"]

_NAMES: dict[Adjustment, str] = {"holm": "holm", "benjamini_hochberg": "fdr_bh"}


def adjusted_p_values(p_values: Sequence[float], *, method: Adjustment) -> list[float]:
    """Return the adjusted p values in the order given; the family is the whole sequence.

    holm: for a confirmatory family, the chance of any false finding stays below the level.
    benjamini_hochberg: for screening, the expected share of false findings among the findings.
    Raises ValueError for a p value outside 0 to 1. Source: Holm 1979, Scand. J. Stat. 6:65;
    Benjamini & Hochberg 1995, JRSS B 57:289.
    """
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError("A p value lies between 0 and 1.")
    if not p_values:
        return []
    return [float(p) for p in multipletests(list(p_values), method=_NAMES[method])[1]]
