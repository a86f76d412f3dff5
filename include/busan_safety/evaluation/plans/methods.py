"""The methods a plan may name, with what each needs fixed beforehand."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from busan_safety.evaluation.plans.base import Bilingual, Strict, Text


class _Method(Strict):
    level: float = Field(gt=0.5, lt=1)
    power: float = Field(gt=0.5, lt=1)


class StaggeredRateRatio(_Method):
    """Each treated unit over its own window, against untreated units over the same months."""

    name: Literal["staggered_did_rate_ratio"]
    minimum_events_per_cell: int = Field(ge=5)

    needs: ClassVar[tuple[str, ...]] = ("roll_out", "window_months")
    group: ClassVar[str] = "units_without_works"


class SiteBeforeAfter(_Method):
    """Hauer's empirical Bayes before and after, with sites of the kind left as they were.

    treatment: the kind of facility whose installation is evaluated. offenders: whose accidents.
    """

    name: Literal["empirical_bayes_before_after"]
    treatment: Text
    offenders: Literal["any", "two_wheelers"]
    minimum_events: int = Field(ge=5)

    needs: ClassVar[tuple[str, ...]] = ()
    group: ClassVar[str] = "reference_sites"


class InterruptedTimeSeries(_Method):
    """The level of a monthly count after an interruption against its own past."""

    name: Literal["interrupted_time_series"]
    harmonic_pairs: int = Field(ge=0, le=5)
    slope_change: bool
    minimum_events: int = Field(ge=5)

    needs: ClassVar[tuple[str, ...]] = ("interruption",)
    group: ClassVar[str] = "own_past"


class FewClusters(_Method):
    """Two-way effects of a roll-out over districts or stations, inference by permutation.

    seed, draws: of the permutations, where not all of them are taken.
    """

    name: Literal["few_clusters_did"]
    seed: int = Field(ge=0)
    draws: int = Field(ge=999, le=100_000)
    minimum_events: int = Field(ge=5)

    needs: ClassVar[tuple[str, ...]] = ()
    group: ClassVar[str] = "not_yet_treated"


class ZonesWithBuffers(_Method):
    """Zones against the rest of their districts, with the ring around them for displacement."""

    name: Literal["zones_with_buffers"]
    buffer_metres: Literal[200]
    minimum_events_per_cell: int = Field(ge=5)

    needs: ClassVar[tuple[str, ...]] = ()
    group: ClassVar[str] = "rest_of_district"


class GroupTimeRatio(_Method):
    """Units by quarter of their start against those not yet treated, as a ratio of counts.

    seed, draws: of the bootstrap over districts' parts (`cluster` of the query).
    """

    name: Literal["group_time_ratio"]
    seed: int = Field(ge=0)
    draws: int = Field(ge=999, le=20_000)
    minimum_events: int = Field(ge=5)

    needs: ClassVar[tuple[str, ...]] = ()
    group: ClassVar[str] = "cells_without_cameras"


class InterruptedMinutes(_Method):
    """The level of log minutes after an interruption against its own past, Newey-West errors."""

    name: Literal["interrupted_minutes"]
    harmonic_pairs: int = Field(ge=0, le=5)
    minimum_cases: int = Field(ge=5)

    needs: ClassVar[tuple[str, ...]] = ("interruption",)
    group: ClassVar[str] = "own_past"


class Dose(_Method):
    """Districts that got more or less of something in the same months, inference by permutation.

    unit_of_dose: what one step of the ratio is.
    """

    name: Literal["dose_by_district"]
    unit_of_dose: Bilingual
    seed: int = Field(ge=0)
    draws: int = Field(ge=999, le=20_000)
    minimum_events: int = Field(ge=5)

    needs: ClassVar[tuple[str, ...]] = ()
    group: ClassVar[str] = "other_amounts"


class MatchedDays(_Method):
    """Days of something against weekdays of the same month around it in the same district."""

    name: Literal["matched_days"]
    weeks_around: int = Field(ge=1, le=8)
    days_beside: int = Field(ge=1, le=3)
    minimum_events: int = Field(ge=5)

    needs: ClassVar[tuple[str, ...]] = ()
    group: ClassVar[str] = "comparable_days"


class SurveyChange(_Method):
    """The change of a survey's mean between two waves, against that of other districts.

    weights_sum_to: what a wave's design weights must sum to, within `weights_tolerance`.
    """

    name: Literal["survey_change"]
    weights_sum_to: Literal["respondents"]
    weights_tolerance: float = Field(gt=0, le=0.05)
    minimum_respondents: int = Field(ge=30)

    needs: ClassVar[tuple[str, ...]] = ()
    group: ClassVar[str] = "other_districts"


class Description(_Method):
    """Two groups side by side, where who belongs to which was their own choice: no estimate.

    follow_up_days: how long everybody counted was followed.
    """

    name: Literal["self_selected_description"]
    follow_up_days: int = Field(ge=30, le=730)
    minimum_persons: int = Field(ge=20)

    needs: ClassVar[tuple[str, ...]] = ()
    group: ClassVar[str] = "non_participants"


Method = Annotated[
    StaggeredRateRatio
    | SiteBeforeAfter
    | InterruptedTimeSeries
    | FewClusters
    | ZonesWithBuffers
    | GroupTimeRatio
    | InterruptedMinutes
    | Dose
    | MatchedDays
    | SurveyChange
    | Description,
    Field(discriminator="name"),
]
