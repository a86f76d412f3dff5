"""How a column that the sender does not give is found from the text of another."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial

from busan_safety.connectors.nearest import nearest
from busan_safety.connectors.normalise import (
    age_from,
    age_to,
    hours_as_minutes,
    range_high,
    range_low,
)
from busan_safety.sources import Column
from busan_safety.sources.model import Derivation
from busan_safety.sources.reference import (
    Elsewhere,
    find_crime_class,
    find_district,
    find_district_with_city,
    find_station,
    known_spellings,
)

Derive = Callable[[str | None], "str | Elsewhere | None"]
# Derivations that look a spelling up in the reference data.
CODE_DERIVATIONS = frozenset(
    {"crime_class", "district", "district_in_address", "district_with_city", "station"}
)


def derivation(column: Column, *, assume_city: bool) -> Derive:
    """The function that finds a column's value.

    assume_city: whether a bare namesake such as `중구` is Busan's. Raises ValueError for a column
    that is not derived.
    """
    if column.derive is None:
        raise ValueError(f"{column.name} is not found from other columns")
    derivations: dict[Derivation, Derive] = {
        "age_from": age_from,
        "age_to": age_to,
        "as_is": _as_is,
        "code_in_parentheses": _code_in_parentheses,
        "crime_class": find_crime_class,
        "district": partial(find_district, assume_city=assume_city),
        "district_in_address": partial(find_district, assume_city=False),
        "district_with_city": find_district_with_city,
        "hours_as_minutes": hours_as_minutes,
        "range_high": range_high,
        "range_low": range_low,
        "station": find_station,
        "year": _year,
    }
    return derivations[column.derive.with_]


def code_of(column: Column, spelling: str, *, assume_city: bool) -> str | Elsewhere | None:
    """Code that the reference data now give a spelling of this column."""
    return derivation(column, assume_city=assume_city)(spelling)


@lru_cache(maxsize=4096)
def like_known(derivation_name: str, spelling: str) -> str | None:
    """The known spelling of a place, office or class that a new one is most like, or None."""
    return nearest(spelling, known_spellings(derivation_name))


def _as_is(text: str | None) -> str | None:
    return text


def _code_in_parentheses(text: str | None) -> str | None:
    match = re.search(r"\(\s*(\d{10})\s*\)", text or "")
    return match.group(1) if match else None


def _year(text: str | None) -> str | None:
    match = re.match(r"\d{4}", (text or "").strip())
    return match.group(0) if match else None
