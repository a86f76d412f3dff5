"""The typed form of an evaluation plan, its reader and its hash."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from busan_safety.evaluation.plans.base import Bilingual, Strict, Text
from busan_safety.evaluation.plans.methods import Method

PLANS_DIR = Path(__file__).parent
_SQL_DIR = PLANS_DIR.parent / "sql"


class PlanRefused(ValueError):
    """A plan that does not say beforehand what it compares; the message names what is missing."""


def _known_query(name: str) -> str:
    if not (_SQL_DIR / f"{name}.sql").is_file():
        known = ", ".join(sorted(path.stem for path in _SQL_DIR.glob("*.sql")))
        raise ValueError(f"no query of this name in evaluation/sql; there are {known}")
    return name


Query = Annotated[str, AfterValidator(_known_query)]


class AcceptedBreak(Bilingual):
    """A known break inside the study period, and why it does not spoil this comparison."""

    series_break: Text


class Outcome(Strict):
    """What is counted, and which way the programme hopes to move it.

    indicators: those of the catalogue that count the same thing. Their known breaks are refused
    inside the study period unless accepted here, and their provisional values are told.
    """

    outcome_id: Text
    measure: Query
    indicators: tuple[Text, ...] = ()
    accepted_breaks: tuple[AcceptedBreak, ...] = ()
    name: Bilingual
    desired_direction: Literal["decrease", "increase"]
    caution: Bilingual


class Dates(Strict):
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


class ComparisonGroup(Strict):
    """With what the treated units are compared; `own_past` is no group, and graded so.

    event: what separates before from after, as sentences call it.
    """

    group: Literal[
        "units_without_works",
        "reference_sites",
        "own_past",
        "not_yet_treated",
        "rest_of_district",
        "cells_without_cameras",
        "other_amounts",
        "comparable_days",
        "other_districts",
        "non_participants",
    ]
    event: Bilingual
    treated: Bilingual
    control: Bilingual


class Overlap(Strict):
    """Another programme that may move the same outcome in the same units.

    starts: query of `unit` and `started_on`. A unit it reached within the study period is left
    out, or the plan is refused.
    """

    programme_id: Text
    starts: Query
    rule: Literal["exclude", "refuse"]
    why: Bilingual


_WITHOUT_A_GROUP = ("own_past", "comparable_days", "non_participants")


class Family(Strict):
    """The questions among which this one is counted when p values are adjusted.

    purpose: a confirmatory family is adjusted by Holm, a screening one by Benjamini-Hochberg.
    """

    id: Text
    purpose: Literal["confirmatory", "screening"]


class Emmie(Strict):
    """EMMIE without its first letter, which is the estimate (Johnson, Tilley & Bowers 2015)."""

    mechanism: Bilingual
    moderators: Bilingual
    implementation: Bilingual
    economics: Bilingual


class Threat(Bilingual):
    """A named reason why the estimate may be wrong."""

    id: Text


class Plan(Strict):
    """One registered evaluation; `plan_hash` is that of its content, not of its layout.

    publication: why its result is published or stays inside.
    """

    plan_id: Text
    programme_id: Text
    title: Bilingual
    outcome: Outcome
    unit: Literal["dong", "site", "city", "district", "station", "zone", "cell", "event", "person"]
    dates: Dates
    comparison: ComparisonGroup
    method: Method
    overlaps: tuple[Overlap, ...] = ()
    family: Family
    maryland_scale: int
    emmie: Emmie
    threats: tuple[Threat, ...] = Field(min_length=1)
    change_our_mind: Bilingual
    is_public: bool = False
    publication: Bilingual | None = None
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
        # against its own past, other days or those who chose otherwise 2.
        grades = (2,) if self.comparison.group in _WITHOUT_A_GROUP else (3, 4)
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
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
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
