"""Reference data in git that turns senders' spellings into codes: districts, stations, classes."""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from busan_safety.settings import get_settings

CITY_CODE = "26"
_CITY = re.compile(r"^부산(?:광역시|공역시|직할시|시)?\s*(?=\S)")
_OTHER_PROVINCE = re.compile(
    r"^(서울|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|충청|전북|전남|전라|경북|경남|경상|제주)"
    r"(?:특별자치시|특별자치도|특별시|광역시|통합특별시|[남북]?도|시)?(?=[\s가-힣(]|$)"
)
_CODE = re.compile(r"\(\s*(\d{5,10})\s*\)")
# Codes of provinces (2 digits), of districts (5, or 10 with the dong) and of publishers (7, which
# end in 000), and those of Busan among them: MOIS 26, KOSTAT 21, the city's own 6260000.
_OTHER_PLACE_CODE = re.compile(r"[1-5]\d(?:\d{3}|\d{8})?|[3-6]\d{3}000")
_BUSAN_CODE = re.compile(r"(?:26|21)(?:\d{3}|\d{8})?$|6260000$")
_REMARK = re.compile(r"\([^)]*\)")
# Names that districts of other cities bear too (DOMAIN A8: name parsing traps).
_NAMESAKES = frozenset({"중구", "서구", "동구", "남구", "북구", "강서구"})


@dataclass(frozen=True)
class District:
    """One of the 16 districts with its codes in the five systems."""

    code: str
    name_ko: str
    name_en: str
    instt_code: str
    taas_code: str
    kostat_code: str
    legal_dong_code: str

    @property
    def placeholders(self) -> dict[str, str]:
        """What the registry's request parameters may name, by placeholder."""
        return {
            "district_code": self.code,
            "instt_code": self.instt_code,
            "taas_code": self.taas_code,
            "kostat_code": self.kostat_code,
            "legal_dong_gugun": self.legal_dong_code[2:],
        }


@dataclass(frozen=True)
class Station:
    """A police station and the days on which it exists (None: without end)."""

    code: str
    name_ko: str
    valid_from: dt.date | None
    valid_to: dt.date | None


class Elsewhere:
    """The place is not in Busan: out of scope, which differs from not understood."""


ELSEWHERE = Elsewhere()


@lru_cache(maxsize=1)
def districts() -> dict[str, District]:
    """The 16 districts by MOIS code."""
    return {
        row["district_code"]: District(
            row["district_code"],
            row["name_ko"],
            row["name_en"],
            row["instt_code"],
            row["taas_code"],
            row["kostat_code_2025"],
            row["legal_dong_code"],
        )
        for row in _seed("districts")
    }


@lru_cache(maxsize=1)
def stations() -> dict[str, Station]:
    """Every police station there is or was, by code: 15, and Suyeong since 2025-08-05."""
    return {
        row["station_code"]: Station(
            row["station_code"], row["name_ko"], _day(row["valid_from"]), _day(row["valid_to"])
        )
        for row in _seed("stations")
    }


def find_district(text: str | None, *, assume_city: bool) -> str | Elsewhere | None:
    """District code for an office or place name, ELSEWHERE, or None when not understood.

    text: such as `부산광역시(자연재난과) 부산진구청`, `부산 중구`, `기장군`, or a code by itself:
    `26110`, `2611000000`, `3250000` (publisher), `21010` (KOSTAT).
    assume_city: whether a bare namesake such as `중구` may be taken for Busan's.
    """
    if not text:
        return None
    plain = _squeeze(text)
    if plain.isdecimal():
        return _district_of_code(plain)
    if code := _CODE.search(plain):
        found = code.group(1)[:5]
        return found if found in districts() else ELSEWHERE
    plain = _squeeze(_REMARK.sub(" ", plain))
    if _OTHER_PROVINCE.match(plain):
        return ELSEWHERE
    if (city := _CITY.match(plain)) and plain not in _district_aliases():
        return _first_district(plain[city.end() :])
    found_bare = _first_district(plain)
    if found_bare and not assume_city and _bare_name(plain) in _NAMESAKES:
        return None
    return found_bare


def find_district_with_city(text: str | None) -> str | Elsewhere | None:
    """District code for a name that must begin with the city (`부산중구`), else ELSEWHERE."""
    if not text or not (city := _CITY.match(_squeeze(text))):
        return ELSEWHERE
    return _first_district(_squeeze(text)[city.end() :])


def find_station(text: str | None) -> str | None:
    """Station code for `중부`, `부산진경찰서`, `부산 연제경찰서`, `부산동부경찰서/초량지구대`."""
    if not text:
        return None
    plain = re.sub(r"\s+", "", _squeeze(text)).split("/")[0]
    aliases = _station_aliases()
    if plain in aliases:
        return aliases[plain]
    for prefix in ("부산광역시", "부산시", "부산"):
        if plain.startswith(prefix) and plain.removeprefix(prefix) in aliases:
            return aliases[plain.removeprefix(prefix)]
    return None


def find_crime_class(text: str | None) -> str | None:
    """Crime class code for a middle class in any spelling (`기타 강간/강제추행등`)."""
    return _crime_classes().get(_letters(text)) if text else None


def _district_of_code(code: str) -> str | Elsewhere | None:
    """District of a code of any system, by itself: 26110, 2611000000, 3250000, 21010."""
    if found := _districts_by_code().get(code[:5] if len(code) == 10 else code):
        return found
    is_place = _OTHER_PLACE_CODE.fullmatch(code) and not _BUSAN_CODE.match(code)
    return ELSEWHERE if is_place else None


def known_spellings(derivation: str) -> Iterable[str]:
    """Spellings that a derivation of codes knows (`station`, `district` …); none for others."""
    if derivation.startswith("district"):
        return _district_aliases()
    if derivation == "station":
        return _station_aliases()
    return _crime_classes() if derivation == "crime_class" else ()


def seed_of_spellings(derivation: str) -> str:
    """Name of the seed in which a spelling for such a derivation of codes stands."""
    if derivation == "station":
        return "station_aliases"
    return "crime_classes" if derivation == "crime_class" else "district_aliases"


def _first_district(rest: str) -> str | None:
    words = rest.split()
    aliases = _district_aliases()
    candidates: Iterable[str] = [words[0], rest] if words else []
    for word in candidates:
        if word in aliases:
            return aliases[word]
    # A space lost after the district: `동구망양로`.
    match = re.match(r"^(.{1,3}?[구군])(?:청)?", rest)
    return aliases.get(match.group(1)) if match else None


def _bare_name(plain: str) -> str:
    return plain.split()[0].removesuffix("청")


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def _letters(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z가-힣]", "", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=1)
def _districts_by_code() -> dict[str, str]:
    systems = ("district_code", "instt_code", "kostat_code", "kostat_code_2025")
    return {row[name]: row["district_code"] for row in _seed("districts") for name in systems}


@lru_cache(maxsize=1)
def _district_aliases() -> dict[str, str]:
    return {row["alias"]: row["district_code"] for row in _seed("district_aliases")}


@lru_cache(maxsize=1)
def _station_aliases() -> dict[str, str]:
    return {row["alias"]: row["station_code"] for row in _seed("station_aliases")}


@lru_cache(maxsize=1)
def _crime_classes() -> dict[str, str]:
    return {
        _letters(spelling): row["crime_class_code"]
        for row in _seed("crime_classes")
        for spelling in [row["class_middle"], *row["aliases"].split("|")]
        if spelling
    }


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _seed(name: str) -> list[dict[str, str]]:
    path = get_settings().seeds_dir / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as seed:
        return list(csv.DictReader(seed))
