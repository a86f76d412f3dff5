"""The disclosure policy: thresholds per class of sensitivity, with owner, date and reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Dataset = Literal[
    "safety_indicators",
    "safety_facilities",
    "living_lab",
    "policy_effects",
    "crime",
    "calls_112",
    "relational_crime",
    "traffic_safety",
    "routes_zones",
    "programmes_budget",
    "citizen_survey",
    "participation",
    "schools_child_safety",
]
DATASETS: tuple[Dataset, ...] = get_args(Dataset)

BY_INDICATOR = "by_indicator"

Text = Annotated[str, Field(min_length=1)]


class PolicyRefused(ValueError):
    """The disclosure policy is missing or not understood, so nothing may be protected by it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SuppressionClass(_Strict):
    """How small a count of this class may be published.

    threshold: counts from 1 to threshold - 1 are hidden; None hides nothing.
    """

    threshold: int | None = Field(ge=2)
    zeros: Literal["published"]
    owner: Text
    decided_on: date
    why: Text


class Rounding(_Strict):
    """From which share of blank inner cells a dataset's small counts are rounded instead.

    above: 0 rounds whenever any cell would be hidden; 1 never rounds.
    """

    above: float = Field(ge=0, le=1)
    owner: Text
    decided_on: date
    why: Text


class Policy(_Strict):
    """The whole policy file."""

    version: Literal[1]
    classes: dict[Text, SuppressionClass] = Field(min_length=1)
    public_denominators: frozenset[Text]
    datasets: dict[Dataset, Text]
    rounding: dict[Dataset, Rounding] = {}

    @model_validator(mode="after")
    def _covers_every_dataset(self) -> Self:
        missing = set(DATASETS) - set(self.datasets)
        if missing:
            raise ValueError(f"no class for dataset {', '.join(sorted(missing))}")
        unknown = set(self.datasets.values()) - set(self.classes) - {BY_INDICATOR}
        if unknown:
            raise ValueError(f"no class named {', '.join(sorted(unknown))}")
        wrong = [
            name
            for name, of in self.datasets.items()
            if (of == BY_INDICATOR) != (name == "safety_indicators")
        ]
        if wrong:
            raise ValueError(f"only safety_indicators is classed by indicator, not {wrong[0]}")
        return self

    def threshold(self, dataset: Dataset) -> int | None:
        """Return the threshold of a dataset that has one class for all its counts."""
        return self.classes[self.datasets[dataset]].threshold

    def round_above(self, dataset: Dataset) -> float:
        """Return the share of blank inner cells above which small counts are rounded (1: never)."""
        rule = self.rounding.get(dataset)
        return 1.0 if rule is None else rule.above


def read_policy(path: Path) -> Policy:
    """Read the policy file. Raises PolicyRefused if absent, incomplete or with unknown keys."""
    try:
        return Policy.model_validate(
            yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        )
    except OSError as error:
        raise PolicyRefused(f"No disclosure policy at {path.name}: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise PolicyRefused(f"{path.name} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "policy"
        raise PolicyRefused(f"{path.name}, {where}: {first['msg']}.") from error
