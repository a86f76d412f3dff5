"""One call that protects linked tables, and what it returns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from busan_safety.disclosure.linked import LinkedTables
from busan_safety.disclosure.suppression.gauss import eliminate
from busan_safety.disclosure.suppression.model import Bools, Floats, Integers, Model, build_model
from busan_safety.disclosure.suppression.optimum import Limits, least_loss
from busan_safety.disclosure.suppression.primary import small_counts
from busan_safety.disclosure.suppression.repair import Repaired, Unprotectable, repair
from busan_safety.disclosure.suppression.rounding import blank_share, round_small

Method = Literal["nothing", "elimination", "optimum", "rounding"]
PUBLISHED, PRIMARY, EARLIER, COMPLEMENTARY, REPAIR = (
    "published",
    "primary",
    "earlier",
    "complementary",
    "repair",
)


class CannotProtect(ValueError):
    """Sensitive cells that published cells give away. `cells`: their rows of `linked.cells`."""

    def __init__(self, cells: pd.DataFrame) -> None:
        self.cells = cells
        named = [f"{table} {key}" for table, key in cells[["table", "key"]].itertuples(index=False)]
        more = f" and {len(named) - 5} more" if len(named) > 5 else ""
        super().__init__(
            f"{len(named)} cells cannot be protected, because of cells that were published"
            f" before: {'; '.join(named[:5])}{more}. Withdraw a published table or drop theirs."
        )


@dataclass(frozen=True)
class Pattern:
    """What may be published of linked tables; one entry per cell, in the order of `linked.cells`.

    hidden: not published. reason: published, primary, earlier (hidden before), complementary or
    repair. lower, upper: bounds of a hidden cell within which every value can be shown to agree
    with all that is published (NaN: published); what can be known is never closer. method: how
    most of it was found. proven: no pattern that protects loses less. rounded: the values to
    publish where method is rounding, else None; rounded_parts: the counts of the parts of which
    they are sums. blank: share of inner cells that are hidden, or would have been.
    """

    hidden: Bools
    reason: npt.NDArray[np.str_]
    lower: Floats
    upper: Floats
    method: Method
    proven: bool
    rounded: Integers | None
    rounded_parts: Integers | None
    blank: float


def suppress(
    linked: LinkedTables,
    *,
    thresholds: npt.ArrayLike = 0,
    primary: Bools | None = None,
    need: npt.ArrayLike | None = None,
    fixed_published: Bools | None = None,
    fixed_hidden: Bools | None = None,
    least: int = 0,
    singletons: bool = True,
    weights: npt.ArrayLike | None = None,
    limits: Limits | None = None,
    round_above: float | None = None,
) -> Pattern:
    """Protect linked tables of counts; the same tables in any order get the same pattern.

    thresholds: for all cells or one per cell; counts from 1 to threshold - 1 are sensitive (0:
    none). primary: further sensitive cells. need: least width of a hidden cell's feasible
    interval, by default threshold - 1, and the greatest of those for cells without threshold.
    fixed_published: cells published before with the same value: they cannot be hidden any more.
    fixed_hidden: cells that stay hidden. least: what a hidden count is known to be at the least (1
    where everybody knows that zeros are published). singletons: protect also from someone who knows
    that he is the only one in a hidden cell. weights: loss from hiding each cell, by default its
    value. limits: up to where the optimum is sought. round_above: if more than this share of the
    inner cells would be hidden, small counts are rounded instead, unless cells were published
    before.

    Zeros that are not in `primary` or `fixed_hidden` are published. Raises CannotProtect.
    """
    size = len(linked.values)
    limits = limits or Limits()
    threshold = np.broadcast_to(np.nan_to_num(np.asarray(thresholds, dtype=float)), size)
    sensitive = small_counts(linked.values, threshold) | _mask(primary, size)
    earlier = _mask(fixed_hidden, size) & ~sensitive
    published = _mask(fixed_published, size)
    if (published & (sensitive | earlier)).any():
        raise CannotProtect(linked.cells[published & (sensitive | earlier)])
    model = build_model(
        linked,
        primary=sensitive | earlier,
        forced=published,
        need=_needs(threshold, need, size),
        weights=np.broadcast_to(
            np.asarray(linked.values if weights is None else weights, dtype=float), size
        ),
        floor=least,
    )
    if (model.primary & model.forced).any():
        given = np.asarray(model.spread(model.primary & model.forced, False), dtype=bool)
        raise CannotProtect(linked.cells[given & (sensitive | earlier)])
    blank = blank_share(linked, sensitive)
    if round_above is not None and blank > round_above and not published.any():
        return _rounded(linked, threshold, limits, blank)
    pattern = _suppressed(linked, model, sensitive, earlier, singletons, limits)
    if round_above is not None and pattern.blank > round_above and not published.any():
        return _rounded(linked, threshold, limits, pattern.blank)
    return pattern


def _mask(mask: Bools | None, size: int) -> Bools:
    return np.zeros(size, dtype=bool) if mask is None else np.asarray(mask, dtype=bool)


def _needs(threshold: Floats, need: npt.ArrayLike | None, size: int) -> Floats:
    if need is not None:
        return np.broadcast_to(np.asarray(need, dtype=float), size)
    greatest = max(float(threshold.max(initial=0.0)) - 1, 1.0)
    return np.where(threshold > 1, threshold - 1, greatest)


@dataclass
class _Found:
    """Per row of the model: hidden, hidden before repair, furthest changes shown."""

    hidden: Bools
    first: Bools
    least: Floats
    most: Floats
    proven: bool = True
    optimum: bool = False


def _suppressed(
    linked: LinkedTables,
    model: Model,
    sensitive: Bools,
    earlier: Bools,
    singletons: bool,
    limits: Limits,
) -> Pattern:
    rows = len(model.values)
    found = _Found(model.primary.copy(), model.primary.copy(), np.zeros(rows), np.zeros(rows))
    failed: list[int] = []
    for inside, block in model.blocks():
        if not block.primary.any():
            continue
        try:
            part = _protect(block, singletons, limits)
        except Unprotectable as error:
            failed += inside[error.rows].tolist()
            continue
        for field in ("hidden", "first", "least", "most"):
            getattr(found, field)[inside] = getattr(part, field)
        found.proven &= part.proven
        found.optimum |= part.optimum
    if failed:
        open_rows = np.isin(np.arange(rows), failed)
        raise CannotProtect(linked.cells[np.asarray(model.spread(open_rows, False), dtype=bool)])
    hidden = np.asarray(model.spread(found.hidden, False), dtype=bool)
    first = np.asarray(model.spread(found.first, False), dtype=bool)
    reason = np.select(
        [sensitive, earlier, first, hidden],
        [PRIMARY, EARLIER, COMPLEMENTARY, REPAIR],
        PUBLISHED,
    )
    return Pattern(
        hidden=hidden,
        reason=reason,
        lower=_bound(linked, model, found.least, hidden),
        upper=_bound(linked, model, found.most, hidden),
        method="nothing" if not hidden.any() else "optimum" if found.optimum else "elimination",
        proven=found.proven,
        rounded=None,
        rounded_parts=None,
        blank=blank_share(linked, hidden),
    )


def _bound(linked: LinkedTables, model: Model, change: Floats, hidden: Bools) -> Floats:
    moved = np.asarray(model.spread(change, 0.0), dtype=float)
    moved = np.where(moved >= model.far - 1, np.inf, moved)
    return np.where(hidden, np.round(linked.values + moved, 6), np.nan)


def _protect(block: Model, singletons: bool, limits: Limits) -> _Found:
    """Protect one block: elimination and repair; the optimum instead where it is small enough."""
    alone: Collection[int] = np.flatnonzero(block.counts == 1).tolist() if singletons else ()
    first = eliminate(block, alone)
    done = _repaired(block, first, singletons)
    found = _Found(done.hidden, first, done.least, done.most, proven=False)
    if len(block.values) > limits.rows:
        return found
    first, proven = least_loss(block, limits, singletons=singletons)
    best = _repaired(block, first, singletons)
    if proven or block.weights[best.hidden].sum() < block.weights[done.hidden].sum():
        return _Found(best.hidden, first, best.least, best.most, proven=proven, optimum=True)
    return found


def _repaired(block: Model, first: Bools, singletons: bool) -> Repaired:
    """Repair, if need be from everything that may be hidden: step by step not all ways are seen."""
    try:
        return repair(block, first, singletons=singletons)
    except Unprotectable:
        return repair(block, ~block.forced, singletons=singletons)


def _rounded(linked: LinkedTables, threshold: Floats, limits: Limits, blank: float) -> Pattern:
    size = len(linked.values)
    parts, proven = round_small(linked, threshold, limits)
    return Pattern(
        hidden=np.zeros(size, dtype=bool),
        reason=np.full(size, PUBLISHED),
        lower=np.full(size, np.nan),
        upper=np.full(size, np.nan),
        method="rounding",
        proven=proven,
        rounded=np.asarray(linked.parts @ parts),
        rounded_parts=parts,
        blank=blank,
    )
