"""The typed form of an evaluation plan, its reader and its hash."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

PLANS_DIR = Path(__file__).parent

Text = Annotated[str, Field(min_length=1)]


class PlanRefused(ValueError):
    """A plan that does not say beforehand what it compares; the message names what is missing."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Strict):
    """A text in Korean and English."""

    ko: Text
    en: Text


class Outcome(_Strict):
    """What is counted, and which way the programme hopes to move it."""

    outcome_id: Text
    measure: Literal["night_calls_by_dong"]
    name: Bilingual
    desired_direction: Literal["decrease", "increase"]
    caution: Bilingual


class Dates(_Strict):
    """The study period, the record of roll-out dates and the windows around them."""

    roll_out: Literal["safe_route_works"]
    study_from: date
    study_to: date
    window_months: int = Field(ge=1, le=36)
    minimum_window_months: int = Field(ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.study_from.day != 1:
            raise ValueError("study_from is the first day of a month")
        if self.study_from >= self.study_to:
            raise ValueError("study_from lies before study_to")
        if self.minimum_window_months > self.window_months:
            raise ValueError("minimum_window_months is at most window_months")
        return self


class ComparisonGroup(_Strict):
    """With whom the treated units are compared."""

    group: Literal["units_without_works"]
    treated: Bilingual
    control: Bilingual


class Method(_Strict):
    """The estimator and the limits within which it may speak."""

    name: Literal["staggered_did_rate_ratio"]
    level: float = Field(gt=0.5, lt=1)
    power: float = Field(gt=0.5, lt=1)
    minimum_events_per_cell: int = Field(ge=5)


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
    unit: Literal["dong"]
    dates: Dates
    comparison: ComparisonGroup
    method: Method
    # With a comparison group and without random assignment a plan reaches 3 or 4, never 5.
    maryland_scale: int = Field(ge=3, le=4)
    emmie: Emmie
    threats: tuple[Threat, ...] = Field(min_length=1)
    plan_hash: str = Field(pattern=r"^[0-9a-f]{64}$")


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
