"""Known issues and usage warnings: declared once, carried by release and catalogue as data."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from busan_safety.gate import Text, all_datasets
from busan_safety.release.folders import version_order
from busan_safety.settings import Settings


class KnownIssuesError(ValueError):
    """The list is not understood or names a dataset that is not there."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Days(_Strict):
    """Days of data; without an end up to the newest."""

    start: date = Field(alias="from")
    end: date | None = Field(default=None, alias="to")


class KnownIssue(_Strict):
    """One thing that a reuser has to know before using some of the rows."""

    id: str
    dataset: str
    kind: Literal["usage_warning", "error"]
    columns: list[str] = []
    affects: Days
    fixed_in: str | None = None
    text: Text

    def concerns(self, version: str, data_as_of: date) -> bool:
        """Whether a version has rows of those days and does not mend them."""
        if data_as_of < self.affects.start:
            return False
        return self.fixed_in is None or version_order(version) < version_order(self.fixed_in)

    def as_json(self) -> dict[str, Any]:
        """Return the issue as it stands in datapackage.json and index.json."""
        return self.model_dump(mode="json", by_alias=True, exclude={"dataset"}, exclude_none=True)


class _IssueFile(_Strict):
    version: Literal[1]
    known_issues: list[KnownIssue]


def issues_of(
    settings: Settings, dataset: str, version: str, data_as_of: date
) -> tuple[KnownIssue, ...]:
    """Issues that concern one version, in the order of the file. Raises KnownIssuesError."""
    issues = read_issues(settings.expectations_dir / "known_issues.yml")
    return tuple(
        one for one in issues if one.dataset == dataset and one.concerns(version, data_as_of)
    )


def read_issues(path: Path) -> list[KnownIssue]:
    """Read one file; an absent one lists nothing. Raises KnownIssuesError."""
    if not path.is_file():
        return []
    try:
        issues = _IssueFile.model_validate(
            yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        ).known_issues
        for one in issues:
            if one.fixed_in:
                version_order(one.fixed_in)
    except (ValidationError, ValueError, yaml.YAMLError) as error:
        raise KnownIssuesError(f"{path.name}: {error}") from error
    if unknown := sorted({one.dataset for one in issues} - set(all_datasets())):
        raise KnownIssuesError(
            f"{path.name} names {', '.join(unknown)}. Known: {', '.join(all_datasets())}."
        )
    return issues
