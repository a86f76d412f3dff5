"""Suites in YAML, in Great Expectations' own names, read and refused when incomplete."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from busan_safety.gate.decision import Severity
from busan_safety.settings import Settings


class SuiteError(ValueError):
    """A suite file does not say what it must; the message names the file and the field."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CheckMeta(_Strict):
    """What Great Expectations has no field for: a stable id, the Korean sentence, the reason."""

    check: str
    sentence_ko: str
    why: str


class Check(_Strict):
    """One expectation. `description` is the sentence that people read when it does not hold."""

    type: str
    kwargs: dict[str, Any]
    severity: Severity
    description: str
    meta: CheckMeta


class Suite(_Strict):
    """The expectations of one published table."""

    name: str
    meta: dict[str, Any] = {}
    expectations: list[Check]
    digest: str = ""

    @field_validator("expectations")
    @classmethod
    def _checks_are_there_once(cls, checks: list[Check]) -> list[Check]:
        if not checks:
            raise ValueError("a suite without expectations passes everything")
        counts = Counter(check.meta.check for check in checks)
        if twice := sorted(check for check, count in counts.items() if count > 1):
            raise ValueError(f"check ids used twice: {', '.join(twice)}")
        return checks

    def hash(self, parameters: dict[str, str]) -> str:
        """SHA-256 over the file's bytes and the policy it runs with."""
        policy = json.dumps(parameters, sort_keys=True).encode()
        return hashlib.sha256(self.digest.encode() + b"\n" + policy).hexdigest()


def load_suite(dataset_id: str, settings: Settings) -> Suite:
    """Read `expectations/published/<dataset_id>.yml`. Raises SuiteError naming what is wrong."""
    path = settings.expectations_dir / "published" / f"{dataset_id}.yml"
    return read_suite(path)


def read_suite(path: Path) -> Suite:
    """Read one suite file. Raises SuiteError when it is absent, unreadable or incomplete."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SuiteError(f"There is no suite {path.name} in {path.parent}.") from error
    try:
        suite = Suite.model_validate(yaml.load(content, Loader=yaml.CSafeLoader))
    except (ValidationError, yaml.YAMLError) as error:
        raise SuiteError(f"{path.name}: {error}") from error
    return suite.model_copy(update={"digest": hashlib.sha256(content).hexdigest()})
