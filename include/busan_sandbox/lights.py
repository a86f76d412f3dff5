"""Security lights: fourteen districts by the standard-data interface, two by files of their own.

The number of lights is an assumption (`_PER_THOUSAND` of the residents), scaled; names, places
and faults are invented after those of the other registers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from busan_sandbox import city
from busan_sandbox.draws import fault_rows, pick
from busan_sandbox.facilities import base_name
from busan_sandbox.files import (
    Cell,
    Delivery,
    Formula,
    Sheet,
    SheetCell,
    column_name,
    csv_bytes,
    json_bytes,
    workbook_bytes,
)
from busan_sandbox.options import Options

MINIMUM_PLACES = 40
CSV_DISTRICT, XLSX_DISTRICT = "26200", "26440"
# English field of the interface -> Korean header of the standard file, in its order.
FIELDS = {
    "lmpLcNm": "보안등위치명",
    "installationCo": "설치개수",
    "rdnmadr": "소재지도로명주소",
    "lnmadr": "소재지지번주소",
    "latitude": "위도",
    "longitude": "경도",
    "installationYear": "설치연도",
    "installationType": "설치형태",
    "phoneNumber": "관리기관전화번호",
    "institutionNm": "관리기관명",
    "referenceDate": "데이터기준일자",
    "insttCode": "제공기관코드",
    "insttNm": "제공기관명",
}
_PER_THOUSAND = 23
_TYPES = (("한전주", 6), ("전용주", 3), ("건축물", 1))
_COUNTS = ((1, 93), (2, 5), (3, 2))
# Shares of a register's rows; empty fields are no faults.
_FAULTS = {
    "duplicates": 0.01,
    "zero_coordinates": 0.004,
    "other_districts": 0.004,
    "in_the_sea": 0.002,
}
# Off the coast: longitude, latitude, and how far around.
_SEA = (129.3, 34.98, 0.02)
_NO_YEAR, _NO_COORDINATES, _NO_LOT = 0.2, 0.03, 0.25
_SWAPPING_DISTRICT, _SWAPPED_SHARE = "26410", 0.02
# Headers of the districts' own files. The CSV does not say whose it is.
_CSV_HEADERS = {
    "lmpLcNm": "보안등위치", "installationCo": "등 개수", "rdnmadr": "도로명주소",
    "lnmadr": "지번주소", "latitude": "위도", "longitude": "경도", "installationYear": "설치년도",
    "installationType": "설치 형태", "phoneNumber": "전화번호", "referenceDate": "기준일자",
}  # fmt: skip
_XLSX_HEADERS = {
    "lmpLcNm": "위치명", "installationCo": "설치수량", "rdnmadr": "소재지(도로명)",
    "lnmadr": "소재지(지번)", "latitude": "Y좌표(위도)", "longitude": "X좌표(경도)",
    "installationYear": "준공연도", "installationType": "등기구 종류", "institutionNm": "관리기관",
    "referenceDate": "데이터 기준일",
}  # fmt: skip

Light = dict[str, str]


def light_answers(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield one table a district for the interface."""
    for district in city.districts():
        if district.code in (CSV_DISTRICT, XLSX_DISTRICT):
            continue
        lights = _lights(options, district, planted)
        yield Delivery(f"api/security_lights_{district.instt_code}.json", json_bytes(lights))


def light_files(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield the files of the two districts that send their own."""
    for district in city.districts():
        if district.code not in (CSV_DISTRICT, XLSX_DISTRICT):
            continue
        lights = _lights(options, district, planted)
        day = date.fromisoformat(lights[0]["referenceDate"])
        stem = f"districts/{district.instt_code}/부산광역시_{district.name}_보안등현황_{day:%Y%m%d}"
        if district.code == CSV_DISTRICT:
            rows: list[list[Cell]] = [["연번", *_CSV_HEADERS.values()]]
            for number, light in enumerate(lights, 1):
                rows.append([number, *(light[field] for field in _CSV_HEADERS)])
            yield Delivery(f"{stem}.csv", csv_bytes(rows, "cp949", "\r\n"))
        else:
            planted["district_security_lights.totals"] += 1
            yield Delivery(f"{stem}.xlsx", _workbook(district, lights, day, options))


def _workbook(district: city.District, lights: list[Light], day: date, options: Options) -> bytes:
    """Return the workbook: title, unit line, header, inspections, a computed total at the end."""
    stream = options.stream("light inspections", district.code)
    checked = stream.integers(0, 300, len(lights)).tolist()
    broken = (stream.random(len(lights)) < 0.04).tolist()
    header: list[SheetCell] = [*_XLSX_HEADERS.values(), "점검일자", "점검결과"]
    rows: list[list[SheetCell]] = [
        [f"{district.name} 보안등 현황"],
        [f"기준일: {day:%Y. %m. %d.}"],
        header,
    ]
    for at, light in enumerate(lights):
        cells: list[SheetCell] = [light[field] for field in _XLSX_HEADERS]
        cells[1] = int(light["installationCo"])
        cells += [day - timedelta(days=checked[at]), "고장" if broken[at] else "정상"]
        rows.append(cells)
    total = sum(int(light["installationCo"]) for light in lights)
    rows.append(["합계", Formula(f"SUM(B4:B{len(lights) + 3})", total)])
    merged = f"A1:{column_name(len(header) - 1)}1"
    return workbook_bytes([Sheet("보안등", rows, (merged,), used_to="FP")])


def _lights(options: Options, district: city.District, planted: Counter[str]) -> list[Light]:
    """Return a district's lights as the sender writes them; every value is text."""
    stream = options.stream("lights", district.code)
    people = city.residents(f"{district.code}00000", options.last)
    expected = (people.residents if people else 0) * _PER_THOUSAND / 1000
    count = max(MINIMUM_PLACES, round(expected * options.scale))
    reference = options.last.last_day - timedelta(days=int(stream.integers(0, 365)))
    inside = [i for i, dong in enumerate(city.dongs()) if dong.district_code == district.code]
    where = np.array(inside)[stream.integers(0, len(inside), count)]
    longitude, latitude = city.scatter(where, stream)
    numbers = stream.integers(1, 900, (count, 2)).tolist()
    years = stream.integers(1995, reference.year + 1, count).tolist()
    lamps = pick([weight for _, weight in _COUNTS], count, stream).tolist()
    types = pick([weight for _, weight in _TYPES], count, stream).tolist()
    no_year = (stream.random(count) < _NO_YEAR).tolist()
    no_place = (stream.random(count) < _NO_COORDINATES).tolist()
    no_lot = (stream.random(count) < _NO_LOT).tolist()
    dongs = city.dongs()
    place = f"{city.CITY_NAME} {district.name}"
    lights = []
    for at, index in enumerate(where.tolist()):
        stem = base_name(dongs[index].name)
        lights.append(
            {
                "lmpLcNm": f"{stem}-{at + 1:05d}",
                "installationCo": str(_COUNTS[lamps[at]][0]),
                "rdnmadr": f"{place} {stem}로 {numbers[at][0]}",
                "lnmadr": "" if no_lot[at] else f"{place} {stem}동 {numbers[at][1]}",
                "latitude": "" if no_place[at] else f"{latitude[at]:.7f}",
                "longitude": "" if no_place[at] else f"{longitude[at]:.7f}",
                "installationYear": ("0" if at % 2 else "") if no_year[at] else str(years[at]),
                "installationType": _TYPES[types[at]][0],
                "phoneNumber": "051-000-0000",
                "institutionNm": f"{place}청",
                "referenceDate": reference.isoformat(),
                "insttCode": district.instt_code,
                "insttNm": place,
            }
        )
    _spoil(options, district, lights, stream, planted)
    planted["district_security_lights.rows"] += len(lights)
    return lights


def _spoil(
    options: Options,
    district: city.District,
    lights: list[Light],
    stream: np.random.Generator,
    planted: Counter[str],
) -> None:
    """Plant swapped, zero and misplaced coordinates, and rows that repeat others."""
    faults = fault_rows(len(lights), _FAULTS, stream)
    for at in faults["zero_coordinates"]:
        lights[at] |= {"latitude": "0.0", "longitude": "0.0"}
    _misplace(options, district, lights, faults)
    if district.code == _SWAPPING_DISTRICT:
        faulty = {at for name in faults if name != "duplicates" for at in faults[name]}
        swapped = max(1, round(len(lights) * _SWAPPED_SHARE))
        placed = [i for i, one in enumerate(lights) if one["latitude"] and i not in faulty]
        for at in placed[:swapped]:
            light = lights[at]
            light["latitude"], light["longitude"] = light["longitude"], light["latitude"]
        planted["district_security_lights.swapped_coordinates"] += swapped
    lights += [dict(lights[at]) for at in faults["duplicates"]]
    for name, rows in faults.items():
        planted[f"district_security_lights.{name}"] += len(rows)


def _misplace(
    options: Options, district: city.District, lights: list[Light], faults: dict[str, list[int]]
) -> None:
    """Give some rows the coordinates of a far district, or of the sea."""
    stream = options.stream("misplaced lights", district.code)
    away = np.array(city.dongs_far_from(district.code))
    rows = faults["other_districts"]
    elsewhere = city.scatter(away[stream.integers(0, len(away), len(rows))], stream)
    longitude, latitude, around = _SEA
    at_sea = stream.uniform(-around, around, (2, len(faults["in_the_sea"])))
    at_sea += np.array([[longitude], [latitude]])
    for at, x, y in [
        *zip(rows, *(part.tolist() for part in elsewhere), strict=True),
        *zip(faults["in_the_sea"], *at_sea.tolist(), strict=True),
    ]:
        lights[at] |= {"latitude": f"{y:.7f}", "longitude": f"{x:.7f}"}
