"""What the choice of sites weighs and how far it reaches: one file, with who decided on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from busan_safety.evaluation.plans import Bilingual
from busan_safety.evaluation.siting.score import Weights

POLICY_FILE = Path(__file__).with_name("siting.yml")

Share = Annotated[float, Field(ge=0, le=1)]
Reach = Annotated[int, Field(ge=0, le=5)]


class SitingPolicyRefused(ValueError):
    """The policy of camera siting is missing or not understood; nothing is scored by it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PolicyWeights(_Strict):
    """Weights of the four components, together 1."""

    risk: Share
    exposure: Share
    vulnerable: Share
    coverage: Share

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        Weights(**self.model_dump())
        return self

    def with_exposure(self, *, known: bool) -> Weights:
        """Weights as they are used: without any exposure its weight goes to the others."""
        if known:
            return Weights(**self.model_dump())
        rest = 1 - self.exposure
        if rest == 0:
            raise SitingPolicyRefused("Exposure has all the weight, and there is none in cells.")
        return Weights(
            risk=self.risk / rest,
            exposure=0.0,
            vulnerable=self.vulnerable / rest,
            coverage=self.coverage / rest,
        )


class SitingPolicy(_Strict):
    """The whole policy file."""

    version: Literal[1]
    is_decided: bool
    decided_by: Bilingual
    why: Bilingual
    site_count: Annotated[int, Field(ge=1)]
    weights: PolicyWeights
    crime_years: Annotated[int, Field(ge=1, le=10)]
    smoothing_reach: Reach
    reach: Reach
    covered_from: Annotated[int, Field(ge=1)]
    time_limit_seconds: Annotated[float, Field(gt=0, le=600)]


def read_siting_policy(path: Path = POLICY_FILE) -> SitingPolicy:
    """Read the policy file. Raises SitingPolicyRefused if absent or not understood."""
    try:
        return SitingPolicy.model_validate(
            yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        )
    except OSError as error:
        raise SitingPolicyRefused(f"No siting policy at {path.name}: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise SitingPolicyRefused(f"{path.name} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "policy"
        raise SitingPolicyRefused(f"{path.name}, {where}: {first['msg']}.") from error
