"""Detectors of personal identifiers by shape only: resident numbers, phones, plates, licences.

A shape can be wrong in both directions. Resident numbers are matched by date and position, not
by their check digit: since October 2020 digits 8 to 13 are random, so a number that fails the
checksum may be a real one (DOMAIN.md D3). Names and addresses have no shape and are not found.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Literal, get_args

Kind = Literal["resident_number", "phone", "vehicle_plate", "driver_licence"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Neither a longer code, a hash nor a decimal fraction may hide an identifier's shape.
_START = r"(?<![\w.])(?<![\w.]-)"
_END = r"(?![\w]|[.-]\d)"
_GAP = r"\s?-?\s?"

_RESIDENT_NUMBER = re.compile(
    rf"{_START}(?P<year>\d{{2}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_GAP}(?P<century>\d)\d{{6}}{_END}"
)
_PHONES = (
    re.compile(rf"{_START}01[016789]{_GAP}\d{{3,4}}{_GAP}\d{{4}}{_END}"),
    re.compile(rf"{_START}(?:02|0[3-6]\d|070|050\d)[-) ]\s?\d{{3,4}}[- ]\d{{4}}{_END}"),
    re.compile(rf"{_START}1[568]\d{{2}}-\d{{4}}{_END}"),
)
_DRIVER_LICENCE = re.compile(rf"{_START}\d{{2}}-\d{{2}}-\d{{6}}-\d{{2}}{_END}")
# Only the syllables that plates use, so that dates and counts (2023년1231, 15개 2024) are not hit.
_PLATE_SYLLABLES = (
    "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호"
)
_VEHICLE_PLATE = re.compile(
    rf"{_START}(?:[가-힣]{{2}}\s?)?\d{{2,3}}\s?[{_PLATE_SYLLABLES}]\s?\d{{4}}{_END}"
)

# The seventh digit: 9, 0 the 1800s; 1, 2 and (foreigners) 5, 6 the 1900s; 3, 4, 7, 8 the 2000s.
_CENTURY = {
    **dict.fromkeys("90", 1800),
    **dict.fromkeys("1256", 1900),
    **dict.fromkeys("3478", 2000),
}


def kinds_in(text: str) -> frozenset[Kind]:
    """Say which kinds of personal identifier `text` seems to hold.

    Full-width digits and typographic hyphens are read as their plain forms first.
    The identifier itself is never returned, so that a report of a leak is not a second leak.
    """
    plain = re.sub(r"[‐-―−]", "-", unicodedata.normalize("NFKC", text))
    found: set[Kind] = set()
    if any(_is_resident_number(match) for match in _RESIDENT_NUMBER.finditer(plain)):
        found.add("resident_number")
    if any(pattern.search(plain) for pattern in _PHONES):
        found.add("phone")
    if _VEHICLE_PLATE.search(plain):
        found.add("vehicle_plate")
    if _DRIVER_LICENCE.search(plain):
        found.add("driver_licence")
    return frozenset(found)


def count_leaks(values: Iterable[str | None]) -> dict[Kind, int]:
    """Count the values that hold each kind of identifier; kinds not seen are left out."""
    counts: Counter[Kind] = Counter()
    for value in values:
        if value:
            counts.update(kinds_in(value))
    return dict(counts)


def _is_resident_number(match: re.Match[str]) -> bool:
    century = _CENTURY[match["century"]]
    try:
        date(century + int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return False
    return True
