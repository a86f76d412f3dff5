"""The release calendar: when datasets are due, and what may not go out before a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from busan_safety.gate import Text, all_datasets
from busan_safety.settings import Settings


class CalendarError(ValueError):
    """The calendar is not understood or names a dataset that is not there."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Embargo(_Strict):
    """Versions whose data reach `data_from` or later stay in until the day `until` begins."""

    dataset: str
    data_from: date
    until: date
    reason: Text


class Calendar(_Strict):
    """Planned days by dataset, and embargoes."""

    version: Literal[1] = 1
    planned: dict[str, list[date]] = {}
    embargoes: list[Embargo] = []

    def embargo_on(self, dataset: str, data_as_of: date, today: date) -> Embargo | None:
        """Return the embargo that holds a version back today, the longest if there are more."""
        holding = [
            one
            for one in self.embargoes
            if one.dataset == dataset and data_as_of >= one.data_from and today < one.until
        ]
        return max(holding, key=lambda one: one.until, default=None)

    def planned_after(self, dataset: str, data_as_of: date | None) -> list[date]:
        """Planned days after the data that stand, earliest first; nothing depends on the clock."""
        days = sorted(self.planned.get(dataset, []))
        return [day for day in days if data_as_of is None or day > data_as_of]


def read_calendar(settings: Settings) -> Calendar:
    """Read `expectations/release_calendar.yml`; an absent file plans nothing.

    Raises CalendarError.
    """
    return parse_calendar(settings.expectations_dir / "release_calendar.yml")


def parse_calendar(path: Path) -> Calendar:
    """Read one calendar file. Raises CalendarError."""
    if not path.is_file():
        return Calendar()
    try:
        calendar = Calendar.model_validate(
            yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        )
    except (ValidationError, yaml.YAMLError) as error:
        raise CalendarError(f"{path.name}: {error}") from error
    named = {*calendar.planned, *(one.dataset for one in calendar.embargoes)}
    if unknown := sorted(named - set(all_datasets())):
        raise CalendarError(
            f"{path.name} names {', '.join(unknown)}. Known: {', '.join(all_datasets())}."
        )
    return calendar
