"""CCTV registers of the sixteen districts, with the faults counted in the published ones.

Twelve districts are served by the standard-data interface; four send their own files: two CSV
in CP949, two XLSX with a merged title row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from busan_sandbox import city
from busan_sandbox.facilities import base_name
from busan_sandbox.files import Cell, Delivery, csv_bytes, json_bytes, xlsx_bytes
from busan_sandbox.options import Options

MINIMUM_SITES = 20
CSV_DISTRICTS = ("26170", "26320")
XLSX_DISTRICTS = ("26380", "26530")
FILE_DISTRICTS = CSV_DISTRICTS + XLSX_DISTRICTS

# English field of the interface -> Korean header of the standard file.
FIELDS = {
    "institutionNm": "관리기관명",
    "rdnmadr": "소재지도로명주소",
    "lnmadr": "소재지지번주소",
    "instlPurps": "설치목적구분",
    "cameraCo": "카메라대수",
    "cameraPixel": "카메라화소수",
    "shootingDrc": "촬영방면정보",
    "saveDe": "보관일수",
    "installationYm": "설치연월",
    "phoneNumber": "관리기관전화번호",
    "latitude": "위도",
    "longitude": "경도",
    "referenceDate": "데이터기준일자",
    "insttCode": "제공기관코드",
    "insttNm": "제공기관명",
}
# Second spellings seen in the published register, beside '부산광역시 X구청': 20 in all.
_OTHER_SPELLING = {
    "26140": ("부산광역시 서구", 0.05),
    "26230": ("부산광역시(자연재난과) 부산진구청", 0.32),
    "26410": ("부산광역시 금정구", 0.05),
    "26710": ("기장군", 0.06),
}
_PURPOSES = (
    ("다목적", 7493), ("생활방범", 6625), ("교통단속", 435), ("쓰레기단속", 428),
    ("어린이보호", 321), ("재난재해", 271), ("시설물관리", 144), ("기타", 11), ("차량방범", 9),
)  # fmt: skip
_CAMERAS = ((1, 13438), (3, 886), (2, 752), (4, 528), (5, 109), (6, 12))
_PIXELS = (("200", 12748), ("0", 2858), ("300", 91), ("130", 25))
_DIRECTIONS = (
    ("", 6266), ("360도 전방면", 1562), ("고정", 1000), ("360도다방면", 980), ("90도 정면", 859),
    ("회전", 783),
)  # fmt: skip
# 연제구 swapped 42 of its coordinates.
_SWAPPING_DISTRICT, _SWAPPED_SHARE = "26470", 0.04
_DUPLICATE_SHARE = 0.03

Site = dict[str, str]
T = TypeVar("T")


def camera_deliveries(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield the four districts' files; those of the interface come from `camera_answers`."""
    for district in city.districts():
        if district.code not in FILE_DISTRICTS:
            continue
        sites = camera_sites(options, district, planted)
        day = date.fromisoformat(sites[0]["referenceDate"])
        stem = f"districts/{district.instt_code}/부산광역시_{district.name}_CCTV현황_{day:%Y%m%d}"
        header = _headers(district.code)
        rows: list[list[Cell]] = [["번호", *header.values()]]
        for number, site in enumerate(sites, 1):
            rows.append([number, *(_typed(field, site[field]) for field in header)])
        if district.code in CSV_DISTRICTS:
            yield Delivery(f"{stem}.csv", csv_bytes(rows, "cp949"))
        else:
            title = f"{district.name} CCTV 통합관제센터 설치 현황"
            yield Delivery(f"{stem}.xlsx", xlsx_bytes("통합관제센터", title, rows))


def camera_answers(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield what the standard-data interface serves for each of the other twelve districts."""
    for district in city.districts():
        if district.code in FILE_DISTRICTS:
            continue
        sites = camera_sites(options, district, planted)
        yield Delivery(f"api/cctv_{district.instt_code}.json", json_bytes(sites))


def camera_sites(options: Options, district: city.District, planted: Counter[str]) -> list[Site]:
    """Return a district's sites as the sender writes them; every value is text."""
    stream = options.stream("cameras", district.code)
    count = max(MINIMUM_SITES, round(district.camera_sites * options.scale))
    reference = options.last.last_day - timedelta(days=int(stream.integers(0, 300)))
    inside = [i for i, dong in enumerate(city.dongs()) if dong.district_code == district.code]
    where = np.array(inside)[stream.integers(0, len(inside), count)]
    longitude, latitude = city.scatter(where, stream)
    sites = [
        _site(district, city.dongs()[dong], x, y, reference, stream)
        for dong, x, y in zip(where.tolist(), longitude.tolist(), latitude.tolist(), strict=True)
    ]
    other, share = _OTHER_SPELLING.get(district.code, ("", 0.0))
    if other:
        for site in sites[: max(1, round(count * share))]:
            site["institutionNm"] = other
    _spoil(district, sites, stream, planted)
    surplus = max(1, round(count * _DUPLICATE_SHARE))
    sites += [dict(sites[i]) for i in stream.choice(count, surplus, replace=False).tolist()]
    planted["cctv_sites"] += count
    planted["cctv_duplicates"] += surplus
    return sites


def _site(
    district: city.District,
    dong: city.Dong,
    longitude: float,
    latitude: float,
    reference: date,
    stream: np.random.Generator,
) -> Site:
    office = f"{city.CITY_NAME} {district.name}{'청' if district.code != '26530' else ''}"
    stem = base_name(dong.name)
    return {
        "institutionNm": office,
        # Many published road addresses lack city and district.
        "rdnmadr": f"{stem}로 {int(stream.integers(1, 300))}",
        "lnmadr": f"{city.CITY_NAME} {district.name} {stem}동 {int(stream.integers(1, 900))}",
        "instlPurps": _drawn(_PURPOSES, stream),
        "cameraCo": str(_drawn(_CAMERAS, stream)),
        "cameraPixel": _drawn(_PIXELS, stream),
        "shootingDrc": _drawn(_DIRECTIONS, stream),
        "saveDe": "0" if stream.random() < 0.055 else "30",
        "installationYm": _installed(reference, stream),
        "phoneNumber": "051-000-0000",
        "latitude": f"{latitude:.8f}",
        "longitude": f"{longitude:.7f}",
        "referenceDate": reference.isoformat(),
        "insttCode": district.instt_code,
        "insttNm": f"{city.CITY_NAME} {district.name}",
    }


def _installed(reference: date, stream: np.random.Generator) -> str:
    if stream.random() < 0.55:
        return ""
    months = int(stream.integers(1, 13 * 12))
    index = reference.year * 12 + reference.month - 1 - months
    return f"{index // 12}-{index % 12 + 1:02d}"


def _spoil(
    district: city.District, sites: list[Site], stream: np.random.Generator, planted: Counter[str]
) -> None:
    """Plant coordinates as they were found: swapped, without a point, with two, zero."""
    if district.code == _SWAPPING_DISTRICT:
        swapped = max(2, round(len(sites) * _SWAPPED_SHARE))
        for site in sites[:swapped]:
            site["latitude"], site["longitude"] = site["longitude"], site["latitude"]
        planted["cctv_swapped"] += swapped
    faults = {
        "26350": {"latitude": "35.174535.1741"},
        "26290": {"latitude": "35.13593,"},
        "26260": {"longitude": "129226015"},
        "26500": {"latitude": "0.0", "longitude": "0.0"},
        "26380": {"longitude": "131.28"},
    }.get(district.code)
    if faults:
        sites[int(stream.integers(0, len(sites)))].update(faults)
        planted["cctv_impossible_coordinates"] += 1


def _headers(district_code: str) -> dict[str, str]:
    """Return field -> header of a district's own file; two districts write WGS84위도."""
    header = {field: FIELDS[field] for field in FIELDS if not field.startswith("instt")}
    if district_code in ("26320", "26530"):
        header |= {"latitude": "WGS84위도", "longitude": "WGS84경도"}
    return header


def _typed(field: str, value: str) -> Cell:
    return int(value) if field in ("cameraCo", "cameraPixel", "saveDe") else value


def _drawn(weighted: Sequence[tuple[T, int]], stream: np.random.Generator) -> T:
    cumulative = np.cumsum([weight for _, weight in weighted])
    position = np.searchsorted(cumulative, stream.random() * cumulative[-1], side="right")
    return weighted[int(position)][0]
