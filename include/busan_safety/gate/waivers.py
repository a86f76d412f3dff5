"""Waivers: checks that may fail until a day, because somebody answers for it by name."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from busan_safety.gate.datasets import Text, all_datasets
from busan_safety.gate.decision import Reason, Waived
from busan_safety.gate.suites import Check, Suite
from busan_safety.settings import Settings

_LONGEST = timedelta(days=366)
# Checks that protect people, by id, by what they read and by what they are.
_PROTECTING = frozenset({"small_counts_hidden", "hidden_rows_are_empty", "personal_data"})
_PROTECTING_PREFIXES = ("disclosure", "hidden", "suppress", "attack")
_PROTECTING_SETTING = "gate.threshold_of_"
_PROTECTING_TYPE = "expect_text_to_hold_no_personal_data"


class WaiverError(ValueError):
    """The waiver file is unfit, or waives what it may not; the message says which entry."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Waiver(_Strict):
    """One check of one dataset that may fail up to and including `expires_on`."""

    dataset: str
    check: str
    owner: Annotated[str, Field(min_length=1)]
    reason: Text
    granted_on: date
    expires_on: date

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if not self.granted_on <= self.expires_on <= self.granted_on + _LONGEST:
            raise ValueError("expires_on must lie within a year after granted_on")
        return self


class _WaiverFile(_Strict):
    version: Literal[1]
    waivers: list[Waiver]


def load_waivers(settings: Settings, dataset_id: str) -> tuple[Waiver, ...]:
    """Waivers of one dataset in `expectations/waivers.yml`; none where there is no file.

    Raises WaiverError when the file is not understood or names a dataset that is not there.
    """
    path = settings.expectations_dir / "waivers.yml"
    return tuple(one for one in _read(path) if one.dataset == dataset_id)


def check_waivers(waivers: tuple[Waiver, ...], suite: Suite) -> None:
    """Raise WaiverError for a check that the suite does not have or that protects people."""
    known = {check.meta.check: check for check in suite.expectations}
    for waiver in waivers:
        check = known.get(waiver.check)
        if check is None:
            raise WaiverError(
                f"waivers.yml waives {waiver.check!r} of {waiver.dataset}, which has no such "
                f"check. Its checks: {', '.join(sorted(known))}."
            )
        if protects_people(check):
            raise WaiverError(
                f"waivers.yml waives {waiver.check} of {waiver.dataset}, which protects people "
                "and cannot be waived. Correct the candidate or the disclosure policy."
            )


def protects_people(check: Check) -> bool:
    """Whether the check belongs to disclosure control or looks for personal data."""
    return (
        check.meta.check in _PROTECTING
        or check.meta.check.startswith(_PROTECTING_PREFIXES)
        or check.type == _PROTECTING_TYPE
        or _PROTECTING_SETTING in json.dumps(check.kwargs, default=str)
    )


def apply_waivers(
    reasons: tuple[Reason, ...], waivers: tuple[Waiver, ...], today: date
) -> tuple[Reason, ...]:
    """Mark the reasons that a valid waiver covers; say of an expired one that it was.

    A check that could not run says nothing about the data and stays as it is.
    """
    by_check = {waiver.check: waiver for waiver in waivers}
    return tuple(
        _with_waiver(reason, by_check[reason.check], today)
        if reason.check in by_check and not reason.could_not_run
        else reason
        for reason in reasons
    )


def digest_of(waivers: tuple[Waiver, ...]) -> dict[str, str]:
    """What the waivers add to the hash of the suite: nothing when there are none."""
    if not waivers:
        return {}
    return {"waivers": json.dumps([one.model_dump(mode="json") for one in waivers])}


def _with_waiver(reason: Reason, waiver: Waiver, today: date) -> Reason:
    if today > waiver.expires_on:
        return replace(
            reason,
            sentence=f"{reason.sentence} Its waiver expired on {waiver.expires_on}.",
            sentence_ko=f"{reason.sentence_ko} 면제 기한({waiver.expires_on})이 지났습니다.",
        )
    return replace(
        reason,
        waived=Waived(
            owner=waiver.owner,
            reason_ko=waiver.reason.ko,
            reason_en=waiver.reason.en,
            granted_on=waiver.granted_on.isoformat(),
            expires_on=waiver.expires_on.isoformat(),
        ),
    )


def _read(path: Path) -> list[Waiver]:
    if not path.is_file():
        return []
    try:
        waivers = _WaiverFile.model_validate(
            yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        ).waivers
    except (ValidationError, yaml.YAMLError) as error:
        raise WaiverError(f"{path.name}: {error}") from error
    for waiver in waivers:
        if waiver.dataset not in all_datasets():
            raise WaiverError(
                f"{path.name} names dataset {waiver.dataset!r}. Known: {', '.join(all_datasets())}."
            )
    named = [(waiver.dataset, waiver.check) for waiver in waivers]
    if twice := sorted({one for one in named if named.count(one) > 1}):
        raise WaiverError(f"{path.name} waives {twice[0][1]} of {twice[0][0]} twice.")
    return waivers
