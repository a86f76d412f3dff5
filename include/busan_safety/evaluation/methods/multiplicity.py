"""Several tests, one claim: p values adjusted for the family they were asked in.

Holm where a family is there to confirm (no false finding at all, at the level), Benjamini and
Hochberg where it is there to screen (few false among the findings).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from statsmodels.stats.multitest import multipletests

Adjustment = Literal["holm", "benjamini_hochberg"]

_STATSMODELS_NAMES: dict[Adjustment, str] = {"holm": "holm", "benjamini_hochberg": "fdr_bh"}


@dataclass(frozen=True)
class AdjustedPValues:
    """Adjusted p values in the order given, and the size of the family to be stated with them.

    p_values: None where no test was made. family_size: tests that were made.
    """

    p_values: tuple[float | None, ...]
    family_size: int
    method: Adjustment


def adjust_p_values(p_values: Sequence[float | None], method: Adjustment) -> AdjustedPValues:
    """Adjust the p values of a family of tests.

    p_values: each in [0, 1], or None for a planned test that was refused: it stays None and
    does not count in the family.
    Raises ValueError for a p value outside [0, 1] or an unknown method.
    Source: Holm 1979, Scandinavian Journal of Statistics 6:65; Benjamini & Hochberg 1995,
    JRSS B 57:289.
    """
    if method not in _STATSMODELS_NAMES:
        raise ValueError(f"No adjustment is called {method}.")
    made = [p_value for p_value in p_values if p_value is not None]
    if not all(0 <= p_value <= 1 for p_value in made):
        raise ValueError("A p value lies between 0 and 1.")
    adjusted: list[float] = []
    if made:
        adjusted = multipletests(made, method=_STATSMODELS_NAMES[method])[1].tolist()
    in_order = iter(adjusted)
    return AdjustedPValues(
        p_values=tuple(None if p_value is None else next(in_order) for p_value in p_values),
        family_size=len(made),
        method=method,
    )
