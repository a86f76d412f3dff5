"""Privacy classes that the registry declares, applied to records on their way to raw."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Sequence

from busan_safety.privacy.generalise import NotGeneralisable, generaliser
from busan_safety.privacy.keys import PseudonymKey
from busan_safety.privacy.pseudonyms import Pseudonymiser, domain_of
from busan_safety.sources import Column, Source

MASK = "[masked]"
_REMOVING = frozenset({"drop", "pseudonymise", "generalise"})
_Step = Callable[[str, dt.date | None], str | None]


class ClassNotApplied(ValueError):
    """A value that its class could not be applied to; `column` says where, never what."""

    def __init__(self, column: Column) -> None:
        super().__init__(f"{column.name} cannot be generalised to {column.generalise}")
        self.column = column.name


def hidden_columns(source: Source) -> frozenset[str]:
    """Columns whose values as sent must not leave landing."""
    return frozenset(column.name for column in source.columns if column.privacy in _REMOVING)


def needs_key(source: Source) -> bool:
    """Whether the source has a column that is pseudonymised."""
    return any(column.privacy == "pseudonymise" for column in source.columns)


class DeclaredClasses:
    """What happens to the values of one source's records.

    period: of the delivery; a birth date is counted to the row's event, or to the period's end.
    """

    def __init__(self, source: Source, key: PseudonymKey | None, period: str | None) -> None:
        """Raises ValueError when the source needs a key and there is none."""
        self.hidden = hidden_columns(source)
        at = {column.name: index for index, column in enumerate(source.columns)}
        self._event = at.get(source.freshness.event_column)
        self._period_end = last_day(period)
        self._kept = [at[column.name] for column in source.stored_columns]
        self._steps: list[tuple[int, Column, _Step]] = []
        for column in source.columns:
            if column.privacy == "pseudonymise":
                if key is None:
                    raise ValueError(f"{source.id} has pseudonymised columns and needs a key")
                token = Pseudonymiser(key, domain_of(source.agency, column.name))
                self._steps.append((at[column.name], column, _ignoring_event(token)))
            elif column.privacy == "generalise":
                self._steps.append((at[column.name], column, generaliser(column)))

    def apply(self, values: Sequence[str | None]) -> list[str | None]:
        """Values of all columns → values of the stored columns, classes applied.

        Raises ClassNotApplied for a value that cannot be generalised.
        """
        if not self.hidden:
            return list(values)
        changed = list(values)
        event = self._event_day(values) if self._steps else None
        for index, column, step in self._steps:
            value = values[index]
            if value is None:
                continue
            try:
                changed[index] = step(value, event)
            except NotGeneralisable:
                raise ClassNotApplied(column) from None
        return [changed[index] for index in self._kept]

    def _event_day(self, values: Sequence[str | None]) -> dt.date | None:
        text = values[self._event] if self._event is not None else None
        return last_day(text[:10] if text else None) or self._period_end


def last_day(text: str | None) -> dt.date | None:
    """Last day of `2024`, `2024-03` or `2024-03-05`; None for anything else."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text or "")
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2] or 12), match[3]
    try:
        return dt.date(year, month, int(day) if day else calendar.monthrange(year, month)[1])
    except ValueError:
        return None


def _ignoring_event(token: Pseudonymiser) -> _Step:
    return lambda text, _: token(text)
