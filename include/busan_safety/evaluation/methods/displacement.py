"""Displacement and diffusion round treated places, from counts before and after.

The weighted displacement quotient is a ratio without an error of its own; the weighted
displacement difference is a number of events with one. The E-test compares two counts alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats
from statsmodels.stats.rates import test_poisson_2indep

from busan_safety.evaluation.methods.refusal import Refused

UndefinedReason = Literal["no_events_in_comparison", "no_gain_to_displace"]
MeanTest = Literal["e_test", "score"]

# A share of its share before by which the treated area must have gained on the comparison.
LEAST_GAIN = 0.05
# The normal approximation's skewness is at most one over the root of the events compared.
DIFFERENCE_MINIMUM = 20
# The E-test sums over a square of counts: beyond this many events it needs gigabytes and
# agrees with the score test to four digits.
E_TEST_MAXIMUM = 2000


@dataclass(frozen=True)
class BeforeAfter:
    """Events in one area before and after; whole counts, zero or more (ValueError otherwise)."""

    before: int
    after: int

    def __post_init__(self) -> None:
        for count in (self.before, self.after):
            if count < 0 or count != math.floor(count):
                raise ValueError(f"Counts are whole numbers, zero or more, not {count}.")


@dataclass(frozen=True)
class DisplacementQuotient:
    """A weighted displacement quotient, or why there is none.

    value: below 0 displacement (-1: all that the treated area gained), 0 to 1 diffusion of the
    benefit, above 1 more gain in the buffer than in the treated area; None where `undefined`
    says why. treated_change, buffer_change: of the area's events per event in the comparison,
    after minus before; None without events there.
    """

    value: float | None
    undefined: UndefinedReason | None
    treated_change: float | None
    buffer_change: float | None


@dataclass(frozen=True)
class AreaSizes:
    """Sizes of the four areas in one unit (or their populations), above zero (ValueError)."""

    treated: float = 1.0
    control: float = 1.0
    displacement_treated: float = 1.0
    displacement_control: float = 1.0

    def __post_init__(self) -> None:
        _check_positive(
            self.treated, self.control, self.displacement_treated, self.displacement_control
        )


@dataclass(frozen=True)
class PeriodLengths:
    """Lengths of the periods before and after in one unit, above zero (ValueError)."""

    before: float = 1.0
    after: float = 1.0

    def __post_init__(self) -> None:
        _check_positive(self.before, self.after)


@dataclass(frozen=True)
class Difference:
    """A difference of changes: estimate, standard error, normal score, p value, interval."""

    estimate: float
    standard_error: float
    z: float
    p_value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class DisplacementDifference:
    """Weighted displacement differences: in the treated area, round it, and both together.

    In events, or per unit of time and of area where lengths or sizes were given; negative where
    events fell against the control area. displacement is None without displacement areas, and
    then total equals local.
    """

    local: Difference
    displacement: Difference | None
    total: Difference


@dataclass(frozen=True)
class MeansTest:
    """Two-sided p value of equal rates, by the E-test or, for many events, the score test."""

    p_value: float
    method: MeanTest


def displacement_quotient(
    treated: BeforeAfter,
    buffer: BeforeAfter,
    control: BeforeAfter,
    *,
    least_gain: float = LEAST_GAIN,
) -> DisplacementQuotient:
    """Weighted displacement quotient: the buffer's change over the treated area's change.

    ((B1/C1) - (B0/C0)) / ((A1/C1) - (A0/C0)), A treated, B buffer, C control, which must not
    be touched by the measure. Undefined (no_gain_to_displace) unless A's share fell by at least
    `least_gain` of what it was, since a quotient over almost nothing means nothing; undefined
    (no_events_in_comparison) where C had no events in a period.
    least_gain: 0 < least_gain < 1, ValueError otherwise.
    Source: Bowers & Johnson 2003, Journal of Quantitative Criminology 19:275.
    """
    if not 0 < least_gain < 1:
        raise ValueError(f"The least gain is a share between 0 and 1, not {least_gain}.")
    if control.before == 0 or control.after == 0:
        return DisplacementQuotient(None, "no_events_in_comparison", None, None)
    treated_before = treated.before / control.before
    treated_change = treated.after / control.after - treated_before
    buffer_change = buffer.after / control.after - buffer.before / control.before
    if treated_change >= 0 or -treated_change < least_gain * treated_before:
        return DisplacementQuotient(None, "no_gain_to_displace", treated_change, buffer_change)
    value = buffer_change / treated_change
    return DisplacementQuotient(value, None, treated_change, buffer_change)


def displacement_difference(
    treated: BeforeAfter,
    control: BeforeAfter,
    *,
    displacement_treated: BeforeAfter | None = None,
    displacement_control: BeforeAfter | None = None,
    lengths: PeriodLengths | None = None,
    sizes: AreaSizes | None = None,
    overdispersion: float = 1.0,
    level: float = 0.95,
    minimum_events: int = DIFFERENCE_MINIMUM,
) -> DisplacementDifference:
    """Weighted displacement difference, with areas of displacement or without.

    (treated after - before) - (control after - before), plus the same for the displacement
    areas, each with a comparison of its own; both of those or neither. The variance is the sum
    of the counts. Counts are first divided by `lengths` and `sizes`, where given: then the
    difference is one per unit of time and area, its variance the sum of count / divisor^2, and
    with sizes the areas are assumed to move in parallel per unit of area, not in events.
    overdispersion: variance over mean of the counts, >= 1. level: of the intervals.
    Raises Refused (too_few_events) where the four counts of a comparison together are fewer
    than `minimum_events` (at least one), and ValueError for one displacement area without the
    other, an over-dispersion below 1 or a level outside (0, 1).
    Source: Wheeler & Ratcliffe 2018, Crime Science 7:11; weights as in Wheeler's ptools.
    """
    if overdispersion < 1:
        raise ValueError(f"Counts are not taken as less variable than Poisson: {overdispersion}.")
    if not 0 < level < 1:
        raise ValueError(f"A confidence level lies between 0 and 1, not at {level}.")
    lengths, sizes = lengths or PeriodLengths(), sizes or AreaSizes()
    pairs = [(treated, control, sizes.treated, sizes.control)]
    if displacement_treated is not None and displacement_control is not None:
        pairs.append(
            (
                displacement_treated,
                displacement_control,
                sizes.displacement_treated,
                sizes.displacement_control,
            )
        )
    elif displacement_treated is not None or displacement_control is not None:
        raise ValueError("A displacement area needs a comparison area, and the other way round.")
    for area, comparison, _, _ in pairs:
        _check_events(area, comparison, minimum_events)
    changes = np.array([_net_change(*pair, lengths) for pair in pairs])
    changes[:, 1] *= overdispersion
    differences = [_difference(change[0], change[1], level) for change in changes]
    total = changes.sum(axis=0)
    return DisplacementDifference(
        local=differences[0],
        displacement=differences[1] if len(differences) > 1 else None,
        total=_difference(total[0], total[1], level),
    )


def poisson_means_test(
    first: int, second: int, *, first_exposure: float = 1.0, second_exposure: float = 1.0
) -> MeansTest:
    """Test that two Poisson counts have the same rate (E-test), two-sided.

    first, second: whole counts >= 0; exposures: time or area behind each, > 0. Both orders of
    the counts give the same value. The statistic takes its variance under equal rates: with
    unequal exposures that of the source, which takes it from each count, exceeds the level or
    never reaches it, and with equal ones the two are the same test. Above E_TEST_MAXIMUM events
    it is the score test, which then agrees.
    Raises Refused (too_few_events) without any event and ValueError for broken arguments.
    Source: Krishnamoorthy & Thomson 2004, Journal of Statistical Planning and Inference 119:23;
    Gu, Ng, Tang & Schucany 2008, Biometrical Journal 50:283.
    """
    counts = BeforeAfter(first, second)
    _check_positive(first_exposure, second_exposure)
    events = counts.before + counts.after
    if events == 0:
        raise Refused("too_few_events", "Without any event there are no rates to compare.")
    method: MeanTest = "e_test" if events <= E_TEST_MAXIMUM else "score"
    with np.errstate(divide="ignore"):
        result = test_poisson_2indep(
            first,
            first_exposure,
            second,
            second_exposure,
            method="etest" if method == "e_test" else "score",
        )
    return MeansTest(p_value=min(1.0, float(result.pvalue)), method=method)


def _net_change(
    area: BeforeAfter,
    comparison: BeforeAfter,
    area_size: float,
    comparison_size: float,
    lengths: PeriodLengths,
) -> tuple[float, float]:
    """Return the area's change less the comparison's, and the variance of that."""
    change, variance = _change(area, area_size, lengths)
    expected, its_variance = _change(comparison, comparison_size, lengths)
    return change - expected, variance + its_variance


def _change(area: BeforeAfter, size: float, lengths: PeriodLengths) -> tuple[float, float]:
    before, after = size * lengths.before, size * lengths.after
    change = area.after / after - area.before / before
    return change, area.after / after**2 + area.before / before**2


def _difference(estimate: float, variance: float, level: float) -> Difference:
    estimate, error = float(estimate), math.sqrt(variance)
    reach = float(stats.norm.ppf(1 - (1 - level) / 2)) * error
    return Difference(
        estimate=estimate,
        standard_error=error,
        z=estimate / error,
        p_value=float(2 * stats.norm.sf(abs(estimate) / error)),
        lower=estimate - reach,
        upper=estimate + reach,
    )


def _check_events(area: BeforeAfter, comparison: BeforeAfter, minimum_events: int) -> None:
    if area.before + area.after + comparison.before + comparison.after < max(1, minimum_events):
        raise Refused(
            "too_few_events",
            f"An area and its comparison together hold fewer than {max(1, minimum_events)} "
            "events; widen the windows or the areas.",
        )


def _check_positive(*values: float) -> None:
    if not all(math.isfinite(value) and value > 0 for value in values):
        raise ValueError("Sizes, lengths and exposures are finite and above zero.")
