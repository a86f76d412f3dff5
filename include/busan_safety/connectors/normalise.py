"""Named normalisers: the small, declared ways in which a sender's value takes its typed shape.

Each takes a text and returns `Value`: the text for COPY (or None), and the id of a finding when
the value was mended. What a normaliser does not understand it leaves as it is, so that the typed
COPY refuses the row and says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from busan_safety.sources.model import Normaliser

_MISSING = frozenset({"", "-", ".", "·", "해당없음", "없음", "nan", "null", "none", "n/a"})
_NUMBER_UNIT = re.compile(r"(?<=\d)\s*(건|명|대|개|원|개소)$")
_THOUSANDS = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
_CODE_IN_PARENTHESES = re.compile(r"\s*\(\s*\d{5,10}\s*\)\s*$")
_YMD = re.compile(r"^(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})\D*$")
_YMD_TIGHT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_YM = re.compile(r"^(\d{4})\s*(?:년|-|\.|/)\s*(\d{1,2})(?:\s*월|\.)?$")
_YM_TIGHT = re.compile(r"^(\d{4})(\d{2})$")
_DATE_TIME = re.compile(
    r"^(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?:일)?[\sT]+(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?(?:시)?$"
)
_DATE_HOUR_TIGHT = re.compile(r"^(\d{4})(\d{2})(\d{2})(\d{2})$")
_DECIMAL = re.compile(r"\d{1,6}(?:\.\d{1,4})?")
_DURATION = re.compile(
    r"(\d{1,2}):([0-5]\d)|(?:(\d{1,3}(?:\.\d{1,4})?)시간)?(?:(\d{1,5}(?:\.\d{1,4})?)분?)?"
)
_AGES = re.compile(
    r"(?P<low>\d{1,3})\s*세?\s*(?:[~∼〜-]\s*(?P<high>\d{1,3})\s*세?|(?P<bound>이상|미만))?"
)
_RANGE = re.compile(
    r"(\d{1,6}(?:\.\d{1,4})?)\s*m?(?:\s*[~∼〜-]\s*(\d{1,6}(?:\.\d{1,4})?)\s*m?)?", re.IGNORECASE
)


class Value(NamedTuple):
    """A normalised text, and the finding that a person should be able to see."""

    text: str | None
    finding: str | None = None


def trim(text: str) -> Value:
    """Strip blanks of any width from both ends; empty becomes missing."""
    return Value(text.strip("\u3000 \t\r\n\xa0") or None)


def collapse(text: str) -> Value:
    """Trim, and turn every run of blanks and line breaks into one space."""
    return Value(re.sub(r"[\s\u3000\xa0]+", " ", text).strip() or None)


def drop_code(text: str) -> Value:
    """Drop a code in parentheses at the end: `부산광역시 중구 (2611000000)`."""
    return collapse(_CODE_IN_PARENTHESES.sub("", text))


def number(text: str) -> Value:
    """Plain digits of `"1,234"`, `  2.07`, `3건`, full-width digits; `-` and `.` are missing."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.casefold() in _MISSING:
        return Value(None)
    plain = _NUMBER_UNIT.sub("", plain)
    if _THOUSANDS.match(plain):
        plain = plain.replace(",", "")
    return Value(_without_trailing_zeros(plain))


def date(text: str) -> Value:
    """`2024-11-22`, `20190403`, `2024.1.5`, `2018-09` (first of the month) as ISO dates."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.casefold() in _MISSING:
        return Value(None)
    plain = re.sub(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$", "", plain)
    if match := _YMD.match(plain) or _YMD_TIGHT.match(plain):
        return Value(_iso(match[1], match[2], match[3]))
    return month(plain)


def month(text: str) -> Value:
    """`2023년01월`, `2018-09`, `201809`, `2024.1` or a full date as the first of the month."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.casefold() in _MISSING:
        return Value(None)
    if match := _YM.match(plain) or _YM_TIGHT.match(plain):
        return Value(_iso(match[1], match[2], "1"))
    if match := _YMD.match(plain.split(" ")[0]) or _YMD_TIGHT.match(plain):
        return Value(_iso(match.group(1), match.group(2), "1"))
    return Value(plain)


def datetime(text: str) -> Value:
    """`2021-01-01 3:00` (hour not padded), `2021010103`, `2019년 1월 1일 02시` as ISO, KST."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.casefold() in _MISSING:
        return Value(None)
    if match := _DATE_TIME.match(plain) or _DATE_HOUR_TIGHT.match(plain):
        year, month_, day, hour, *rest = match.groups()
        minute, second = [*(part or "00" for part in rest), "00", "00"][:2]
        return Value(f"{_iso(year, month_, day)} {int(hour):02d}:{minute}:{second}")
    return Value(plain)


def coordinate(text: str) -> Value:
    """Degrees; a stray comma is dropped, a lost decimal point restored, nonsense emptied.

    Seen in published files: `35.33593,` · `129226015` · `35.174535.1741` · `0`.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.casefold() in _MISSING:
        return Value(None)
    if re.fullmatch(r"-?\d{1,3}(\.\d+)?", plain):
        if float(plain) == 0:
            return Value(None, "coordinate_zero")
        return Value(_without_trailing_zeros(plain))
    stripped = plain.strip(" ,;")
    if stripped != plain and re.fullmatch(r"\d{2,3}\.\d+", stripped):
        return Value(stripped, "coordinate_punctuation_dropped")
    if re.fullmatch(r"(129|128)\d{4,}|3[45]\d{4,}", plain):
        whole = 3 if plain.startswith("12") else 2
        return Value(f"{plain[:whole]}.{plain[whole:]}", "coordinate_decimal_point_restored")
    return Value(None, "coordinate_unreadable")


def minutes(text: str) -> Value:
    """Minutes of `90`, `90분`, `2시간`, `1시간 30분`, `1.5시간`, `01:30`."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if plain.casefold() in _MISSING:
        return Value(None)
    if not (match := _DURATION.fullmatch(plain)) or not any(match.groups()):
        return Value(plain)
    clock_hours, clock_minutes, hours, rest = match.groups()
    if clock_hours:
        return Value(str(int(clock_hours) * 60 + int(clock_minutes)))
    return Value(_plain_number(Decimal(hours or 0) * 60 + Decimal(rest or 0)))


def age_from(text: str | None) -> str | None:
    """The youngest age of `10~19세`, `7세`, `100세 이상`, `65세 미만`; None where it names none."""
    found = _AGES.fullmatch(unicodedata.normalize("NFKC", text or "").strip())
    if found is None:
        return None
    return "0" if found["bound"] == "미만" else str(int(found["low"]))


def age_to(text: str | None) -> str | None:
    """The oldest age, as in `age_from`; None where there is none (`80세 이상`)."""
    found = _AGES.fullmatch(unicodedata.normalize("NFKC", text or "").strip())
    if found is None or found["bound"] == "이상":
        return None
    if found["bound"] == "미만":
        return str(int(found["low"]) - 1)
    return str(int(found["high"] or found["low"]))


def hours_as_minutes(text: str | None) -> str | None:
    """A bare number of hours (`1.5`) as minutes; None where it is none."""
    plain = unicodedata.normalize("NFKC", text or "").strip()
    return _plain_number(Decimal(plain) * 60) if _DECIMAL.fullmatch(plain) else None


def range_low(text: str | None) -> str | None:
    """The smaller bound of `6~8`, `12.3 ~ 29.5`, `5.5-6.3`; `6` and `4m` are both bounds.

    None for what is not clear, such as `7,30`.
    """
    found = _range(text)
    return found and found[0]


def range_high(text: str | None) -> str | None:
    """The larger bound of a range, as in `range_low`."""
    found = _range(text)
    return found and found[1]


def _range(text: str | None) -> tuple[str, str] | None:
    match = _RANGE.fullmatch(unicodedata.normalize("NFKC", text or "").strip())
    if match is None:
        return None
    low, high = sorted((Decimal(match[1]), Decimal(match[2] or match[1])))
    return _plain_number(low), _plain_number(high)


NORMALISERS: dict[Normaliser, Callable[[str], Value]] = {
    "trim": trim,
    "collapse": collapse,
    "number": number,
    "date": date,
    "datetime": datetime,
    "month": month,
    "coordinate": coordinate,
    "drop_code": drop_code,
    "minutes": minutes,
}

FINDING_REASONS = {
    "total": "a total of other rows; kept, and left out of sums",
    "unmapped_code": "no code is known for the spelling; kept with an empty code",
    "coordinate_zero": "a coordinate of 0 means unknown and was emptied",
    "coordinate_punctuation_dropped": "a stray comma behind the coordinate was dropped",
    "coordinate_decimal_point_restored": "the coordinate lacked its decimal point",
    "coordinate_unreadable": "the coordinate cannot be read and was emptied",
}


def _without_trailing_zeros(plain: str) -> str:
    """`129.030` and `129.03` are the same content, whatever program saved them."""
    return plain.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d+", plain) else plain


def _plain_number(value: Decimal) -> str:
    return _without_trailing_zeros(format(value, "f"))


def _iso(year: str, month_: str, day: str) -> str:
    return f"{int(year):04d}-{int(month_):02d}-{int(day):02d}"
