"""A panel of units over periods with the period each unit was first treated.

Shared by the difference-in-differences methods. Treatment is absorbing: once treated, a unit
stays treated. Monthly counts with works dates in the middle of a month are `staggered.Panel`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from busan_safety.evaluation.methods.refusal import Refused

NEVER = np.inf


@dataclass(frozen=True)
class UnitPanel:
    """Outcomes of units in periods, and when each unit was first treated.

    units: names, each once. periods: ascending whole numbers (a year, or months counted on);
    relative time is the difference of two of them. outcome: shape (units, periods).
    first_treated: one period or None per unit; a unit treated after the last period is not yet
    treated in any of them and counts as never treated; one treated at or before the first period
    has no time before and is "always treated".
    exposure: shape (units, periods), positive: people, or people times days; the weight of a
    weighted least-squares fit and the offset of a Poisson fit. clusters: the group within which
    errors may be correlated, one name per unit; without it every unit is its own cluster.
    missing_allowed: cells of `outcome` may be NaN; methods that need every cell refuse them.

    Raises ValueError for shapes that differ, names or periods out of order, infinite values,
    NaN that was not declared, or exposure that is not positive.
    """

    units: tuple[str, ...]
    periods: tuple[int, ...]
    outcome: NDArray[np.float64]
    first_treated: tuple[int | None, ...]
    exposure: NDArray[np.float64] | None = None
    clusters: tuple[str, ...] | None = None
    missing_allowed: bool = False

    def __post_init__(self) -> None:
        shape = (len(self.units), len(self.periods))
        if self.outcome.shape != shape:
            raise ValueError(f"Outcome of shape {self.outcome.shape} for {shape} units x periods.")
        if len(set(self.units)) != len(self.units):
            raise ValueError("A unit is named more than once.")
        if any(later <= earlier for earlier, later in pairwise(self.periods)):
            raise ValueError("Periods must ascend.")
        if len(self.first_treated) != len(self.units):
            raise ValueError("One first treated period, or None, is needed per unit.")
        if self.clusters is not None and len(self.clusters) != len(self.units):
            raise ValueError("One cluster is needed per unit.")
        if np.isinf(self.outcome).any():
            raise ValueError("The outcome holds infinite values.")
        if not self.missing_allowed and np.isnan(self.outcome).any():
            raise ValueError("The outcome holds missing values that were not declared.")
        if self.exposure is not None:
            _check_exposure(self.exposure, shape)

    @classmethod
    def from_long(
        cls,
        frame: pd.DataFrame,
        *,
        unit: str,
        period: str,
        outcome: str,
        first_treated: Mapping[str, int],
        exposure: str | None = None,
        cluster: str | None = None,
        missing_allowed: bool = False,
    ) -> UnitPanel:
        """Read a table with one row per unit and period; units not in the map are never treated.

        unit, period, outcome, exposure, cluster: column names. Raises ValueError when a unit and
        period stand in two rows, when rows are absent and `missing_allowed` is not set, or when
        `first_treated` names a unit that the table does not hold.
        """
        if frame.duplicated([unit, period]).any():
            raise ValueError("A unit and period stand in more than one row.")
        wide = frame.pivot(index=unit, columns=period, values=outcome)
        names = tuple(str(name) for name in wide.index)
        if unknown := set(first_treated) - set(names):
            raise ValueError(f"Treated units without data: {sorted(unknown)}.")
        exposures = None
        if exposure is not None:
            exposures = frame.pivot(index=unit, columns=period, values=exposure)
        clusters = None
        if cluster is not None:
            if (frame.groupby(unit)[cluster].nunique(dropna=False) != 1).any():
                raise ValueError("A unit belongs to more than one cluster.")
            clusters = tuple(str(name) for name in frame.groupby(unit)[cluster].first())
        return cls(
            units=names,
            periods=tuple(int(name) for name in wide.columns),
            outcome=wide.to_numpy(dtype=np.float64),
            first_treated=tuple(first_treated.get(name) for name in names),
            exposure=None if exposures is None else exposures.to_numpy(dtype=np.float64),
            clusters=clusters,
            missing_allowed=missing_allowed,
        )

    def cohorts(self) -> NDArray[np.float64]:
        """First treated period per unit; infinity for units never treated in these periods."""
        last = self.periods[-1]
        return np.array(
            [NEVER if start is None or start > last else start for start in self.first_treated],
            dtype=np.float64,
        )

    def treated(self) -> NDArray[np.bool_]:
        """Whether a unit is treated in a period, shape (units, periods)."""
        result: NDArray[np.bool_] = np.array(self.periods)[None, :] >= self.cohorts()[:, None]
        return result

    def never_treated(self) -> NDArray[np.bool_]:
        """Whether a unit is untreated in every period, shape (units,)."""
        result: NDArray[np.bool_] = np.isinf(self.cohorts())
        return result

    def always_treated(self) -> NDArray[np.bool_]:
        """Whether a unit is treated in every period, shape (units,)."""
        result: NDArray[np.bool_] = self.cohorts() <= self.periods[0]
        return result

    def cluster_codes(self) -> NDArray[np.int64]:
        """Number of the cluster per unit, counted from 0."""
        names = self.units if self.clusters is None else self.clusters
        return np.unique(np.array(names), return_inverse=True)[1].astype(np.int64)

    def cluster_names(self) -> tuple[str, ...]:
        """Names of the clusters in the order of their codes."""
        names = self.units if self.clusters is None else self.clusters
        return tuple(sorted(set(names)))

    def is_complete(self) -> bool:
        """Whether every unit has an outcome in every period."""
        return not bool(np.isnan(self.outcome).any())

    def require_complete(self) -> None:
        """Raise Refused (incomplete_panel) when a unit lacks an outcome in a period."""
        if not self.is_complete():
            raise Refused(
                "incomplete_panel",
                "This method needs every unit in every period; at least one outcome is missing.",
            )

    def require_comparison(self) -> None:
        """Raise Refused unless treatment starts within the periods and something is untreated.

        no_treated_units: no unit changes from untreated to treated. no_control_units: every unit
        is treated in the first period that any is, so that nothing remains to compare with.
        """
        starts = self.cohorts()
        changing = np.isfinite(starts) & ~self.always_treated()
        if not changing.any():
            raise Refused("no_treated_units", "No unit becomes treated within these periods.")
        if len(np.unique(starts)) < 2:
            raise Refused(
                "no_control_units",
                "Every unit is first treated in the same period; nothing is left to compare with.",
            )

    def require_never_treated(self) -> None:
        """Raise Refused (no_control_units) when no unit is untreated in every period."""
        if not self.never_treated().any():
            raise Refused("no_control_units", "Every unit is treated at some time.")

    def select(self, keep: NDArray[np.bool_]) -> UnitPanel:
        """Panel of the units for which `keep`, shape (units,), is true."""
        chosen = [index for index, held in enumerate(keep) if held]
        return replace(
            self,
            units=tuple(self.units[index] for index in chosen),
            outcome=self.outcome[chosen],
            first_treated=tuple(self.first_treated[index] for index in chosen),
            exposure=None if self.exposure is None else self.exposure[chosen],
            clusters=None if self.clusters is None else tuple(self.clusters[i] for i in chosen),
        )

    def with_first_treated(self, first_treated: Sequence[int | None]) -> UnitPanel:
        """Return the same outcomes under other first treated periods (placebos, permutations)."""
        return replace(self, first_treated=tuple(first_treated))

    def log_rates(self) -> UnitPanel:
        """Panel of log(outcome / exposure), or of log(outcome) without exposure.

        Effects are then differences of logs; their exponentials are ratios. Raises Refused
        (zero_counts) when an outcome is zero, ValueError when one is negative.
        """
        if np.nanmin(self.outcome) < 0:
            raise ValueError("A negative outcome has no logarithm.")
        if (self.outcome == 0).any():
            raise Refused(
                "zero_counts",
                "At least one unit has a period without events, which has no logarithm; use longer "
                "periods, larger units or a Poisson model.",
            )
        exposure = 1.0 if self.exposure is None else self.exposure
        return replace(self, outcome=np.log(self.outcome / exposure))

    def rates(self) -> UnitPanel:
        """Panel of outcome / exposure. Raises ValueError without exposure."""
        if self.exposure is None:
            raise ValueError("A rate needs a panel with exposure.")
        return replace(self, outcome=self.outcome / self.exposure)


def _check_exposure(exposure: NDArray[np.float64], shape: tuple[int, int]) -> None:
    if exposure.shape != shape:
        raise ValueError(f"Exposure of shape {exposure.shape} for {shape} units x periods.")
    if not (np.isfinite(exposure) & (exposure > 0)).all():
        raise ValueError("Exposure must be positive and finite in every cell.")
