"""The typed form of an evaluation plan, its reader and its hash."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

PLANS_DIR = Path(__file__).parent
_SQL_DIR = PLANS_DIR.parent / "sql"

Text = Annotated[str, Field(min_length=1)]


class PlanRefused(ValueError):
    """A plan that does not say beforehand what it compares; the message names what is missing."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Strict):
    """A text in Korean and English."""

    ko: Text
    en: Text


def _known_query(name: str) -> str:
    if not (_SQL_DIR / f"{name}.sql").is_file():
        known = ", ".join(sorted(path.stem for path in _SQL_DIR.glob("*.sql")))
        raise ValueError(f"no query of this name in evaluation/sql; there are {known}")
    return name


Query = Annotated[str, AfterValidator(_known_query)]


class Outcome(_Strict):
    """What is counted, and which way the programme hopes to move it."""

    outcome_id: Text
    measure: Query
    name: Bilingual
    desired_direction: Literal["decrease", "increase"]
    caution: Bilingual


class Dates(_Strict):
    """The study period, when the programme came, and the windows around it.

    roll_out: query of the date at each unit. interruption: first day of the first month with it,
    where it came everywhere at once. Which of the two, says the method.
    """

    study_from: date
    study_to: date
    roll_out: Query | None = None
    interruption: date | None = None
    window_months: int | None = Field(default=None, ge=1, le=36)
    minimum_window_months: int = Field(ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.study_from.day != 1:
            raise ValueError("study_from is the first day of a month")
        if self.study_from >= self.study_to:
            raise ValueError("study_from lies before study_to")
        if self.window_months is not None and self.minimum_window_months > self.window_months:
            raise ValueError("minimum_window_months is at most window_months")
        if self.interruption is not None:
            if self.interruption.day != 1:
                raise ValueError("interruption is the first day of a month")
            if not self.study_from < self.interruption < self.study_to:
                raise ValueError("interruption lies inside the study period")
        return self


class ComparisonGroup(_Strict):
    """With what the treated units are compared; `own_past` is no group, and graded so.

    event: what separates before from after, as sentences call it.
    """

    group: Literal[
        "units_without_works",
        "reference_sites",
        "own_past",
        "not_yet_treated",
        "rest_of_district",
    ]
    event: Bilingual
    treated: Bilingual
    control: Bilingual


class _Method(_Strict):
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


Method = Annotated[
    StaggeredRateRatio | SiteBeforeAfter | InterruptedTimeSeries | FewClusters | ZonesWithBuffers,
    Field(discriminator="name"),
]


class Family(_Strict):
    """The questions among which this one is counted when p values are adjusted.

    purpose: a confirmatory family is adjusted by Holm, a screening one by Benjamini-Hochberg.
    """

    id: Text
    purpose: Literal["confirmatory", "screening"]


class Emmie(_Strict):
    """EMMIE without its first letter, which is the estimate (Johnson, Tilley & Bowers 2015)."""

    mechanism: Bilingual
    moderators: Bilingual
    implementation: Bilingual
    economics: Bilingual


class Threat(Bilingual):
    """A named reason why the estimate may be wrong."""

    id: Text


class Plan(_Strict):
    """One registered evaluation; `plan_hash` is that of its content, not of its layout."""

    plan_id: Text
    programme_id: Text
    title: Bilingual
    outcome: Outcome
    unit: Literal["dong", "site", "city", "district", "station", "zone"]
    dates: Dates
    comparison: ComparisonGroup
    method: Method
    family: Family
    maryland_scale: int
    emmie: Emmie
    threats: tuple[Threat, ...] = Field(min_length=1)
    change_our_mind: Bilingual
    is_public: bool = False
    plan_hash: str = Field(pattern=r"^[0-9a-f]{64}$")

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        for name in self.method.needs:
            if getattr(self.dates, name) is None:
                raise ValueError(f"dates.{name} is missing, and {self.method.name} needs it")
        if self.comparison.group != self.method.group:
            raise ValueError(
                f"comparison.group is {self.comparison.group}, and {self.method.name} compares "
                f"with {self.method.group}"
            )
        # With a comparison group and without random assignment a plan reaches 3 or 4, never 5;
        # against its own past 2.
        grades = (2,) if self.comparison.group == "own_past" else (3, 4)
        if self.maryland_scale not in grades:
            allowed = " or ".join(map(str, grades))
            raise ValueError(f"maryland_scale is {allowed} for this comparison")
        return self


def load_plans(folder: Path = PLANS_DIR) -> list[Plan]:
    """Read every plan of a folder, in order of plan id. Raises PlanRefused for a bad one."""
    plans = sorted((read_plan(path) for path in folder.glob("*.yml")), key=lambda p: p.plan_id)
    repeated = {plan.plan_id for plan in plans if sum(p.plan_id == plan.plan_id for p in plans) > 1}
    if repeated:
        raise PlanRefused(f"{folder.name}: plan ids used twice: {', '.join(sorted(repeated))}.")
    return plans


def read_plan(path: Path) -> Plan:
    """Read one plan. Raises PlanRefused if it lacks dates, a comparison or anything else."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise PlanRefused(f"{path.name} is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise PlanRefused(f"{path.name} holds no plan.")
    for part in ("dates", "comparison"):
        if not content.get(part):
            raise PlanRefused(
                f"{path.name} has no {part}: a plan fixes its {part} before results are seen. "
                f"Add the section `{part}`."
            )
    try:
        return Plan.model_validate({**content, "plan_hash": hash_content(content)})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "plan"
        raise PlanRefused(f"{path.name}, {where}: {first['msg']}.") from error


def hash_content(content: dict[str, Any]) -> str:
    """SHA-256 of a plan's canonical content: key order, layout and comments do not matter."""
    canonical = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=date.isoformat
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
