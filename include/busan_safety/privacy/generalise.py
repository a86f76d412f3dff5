"""Generalisations by name: less detail, declared per column, before anything reaches raw."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

from busan_safety.sources.model import Column, Generalisation
from busan_safety.sources.reference import find_district

_AGE = re.compile(r"(\d{1,3})\s*세?")
_BIRTH_YEAR = re.compile(r"((?:18|19|20)\d{2})\s*년?생?")
_DATE = re.compile(r"(\d{4})\D{0,2}(\d{1,2})(?:\D{0,2}(\d{1,2}))?(?:[일\sT]+(\d{1,2}))?")
_OLDEST_BAND = 90
_OLDEST_AGE = 130

Generaliser = Callable[[str, dt.date | None], str | None]


class NotGeneralisable(ValueError):
    """The value is not what the generalisation expects; it is never part of the message."""


def generaliser(column: Column) -> Generaliser:
    """The function that `column.generalise` names: (value, day of the row's event) → value.

    None stands for nothing left to say. It raises NotGeneralisable for a value it cannot read.
    """
    if column.generalise is None:
        raise ValueError(f"{column.name} is not generalised")
    kinds: dict[Generalisation, Generaliser] = {
        "age_band_10": _age_band,
        "year": _year_as(column.type),
        "month": _month_as(column.type),
        "hour": _hour_as(column.type),
        "coordinate_3": _coordinate,
        "first_letter": _first_letter,
        "district_in_address": _district,
    }
    return kinds[column.generalise]


def _age_band(text: str, event: dt.date | None) -> str:
    """`20-29` … `90+` for an age, or a birth date or year counted to the day of the event."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _AGE.fullmatch(plain):
        age = int(match[1])
    elif event is None:
        raise NotGeneralisable("a birth date needs the day of the event")
    elif match := _BIRTH_YEAR.fullmatch(plain):
        age = event.year - int(match[1])
    else:
        born = _day(plain)
        age = event.year - born.year - ((event.month, event.day) < (born.month, born.day))
    if not 0 <= age <= _OLDEST_AGE:
        raise NotGeneralisable("no age of a person")
    low = age // 10 * 10
    return f"{low}-{low + 9}" if low < _OLDEST_BAND else f"{_OLDEST_BAND}+"


def _year_as(column_type: str) -> Generaliser:
    def year(text: str, _: dt.date | None) -> str:
        plain = unicodedata.normalize("NFKC", text).strip()
        match = _BIRTH_YEAR.fullmatch(plain)
        found = int(match[1]) if match else _day(plain).year
        return f"{found:04d}-01-01" if column_type == "date" else f"{found}"

    return year


def _month_as(column_type: str) -> Generaliser:
    def month(text: str, _: dt.date | None) -> str:
        first = _day(text).replace(day=1)
        return first.isoformat() if column_type == "date" else f"{first:%Y-%m}"

    return month


def _hour_as(column_type: str) -> Generaliser:
    def hour(text: str, _: dt.date | None) -> str:
        match = _DATE.match(unicodedata.normalize("NFKC", text).strip())
        if match is None or match[4] is None or not 0 <= int(match[4]) <= 23:
            raise NotGeneralisable("no date with an hour")
        if column_type in ("smallint", "integer"):
            return str(int(match[4]))
        return f"{_day(text).isoformat()} {int(match[4]):02d}:00:00"

    return hour


def _coordinate(text: str, _: dt.date | None) -> str:
    """Degrees with three decimals: about 100 m."""
    try:
        return f"{float(text):.3f}"
    except ValueError:
        raise NotGeneralisable("no number of degrees") from None


def _first_letter(text: str, _: dt.date | None) -> str | None:
    return unicodedata.normalize("NFKC", text).strip()[:1] or None


def _district(text: str, _: dt.date | None) -> str | None:
    """Code of the district of Busan in an address; None for addresses elsewhere."""
    found = find_district(text, assume_city=False)
    if found is None:
        raise NotGeneralisable("no address with a district of Busan")
    return found if isinstance(found, str) else None


def _day(text: str) -> dt.date:
    match = _DATE.match(unicodedata.normalize("NFKC", text).strip())
    try:
        if match:
            return dt.date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        pass
    raise NotGeneralisable("no date")
