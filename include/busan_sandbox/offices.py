"""Police boxes as odcloud serves them: the whole country's list, a new table each year.

Form of 경찰청_전국 지구대 파출소 주소 현황; columns drift with the year. Busan has 94 boxes, by
station as published; names, addresses and telephone numbers are invented, and the boxes of
other provinces are only a few, with station names that Busan has too.
"""

from __future__ import annotations

import uuid
from collections import Counter

import numpy as np

from busan_sandbox import city
from busan_sandbox.endpoints import Endpoint
from busan_sandbox.facilities import base_name
from busan_sandbox.files import Cell, Delivery, json_bytes
from busan_sandbox.options import Options

FEED = "police_offices"
OFFICE_COUNT = 94
OFFICES = Endpoint(
    sender="odcloud",
    path="15077036/v1",
    table="offices",
    wire="odcloud",
    title="경찰청_전국 지구대 파출소 주소 현황",
)
_NAMESPACE = uuid.UUID("5d0a3c1e-15b0-4a36-8d6f-150770360001")
# Share of 지구대 among the boxes: 49 of 94.
_LARGE = 49
_ELSEWHERE = (
    ("서울청", "서울중부", "서울특별시 중구"),
    ("대구청", "대구중부", "대구광역시 중구"),
    ("대구청", "대구서부", "대구광역시 서구"),
    ("인천청", "인천서부", "인천광역시 서구"),
    ("울산청", "울산남부", "울산광역시 남구"),
    ("경남청", "김해서부", "경상남도 김해시"),
    ("전남청", "장흥", "전라남도 장흥군 부산면"),
)


def office_answers(options: Options, planted: Counter[str]) -> Delivery:
    """Return the tables of every year up to the last year of the span."""
    last = max(options.last.year, options.first.year)
    tables = []
    for year in range(options.first.year - 1, last + 1):
        rows = _table(options, year)
        tables.append(
            {
                "uuid": str(uuid.uuid5(_NAMESPACE, str(year))),
                "summary": f"경찰청_전국 지구대 파출소 주소 현황_{year}0630",
                "data": rows,
            }
        )
        planted[f"{FEED}.rows"] += len(rows)
        planted[f"{FEED}.rows_elsewhere"] += len(rows) - OFFICE_COUNT
    return Delivery("api/offices.json", json_bytes(tables))


def _table(options: Options, year: int) -> list[dict[str, Cell]]:
    busan = _busan(options, year)
    stream = options.stream("offices elsewhere")
    elsewhere = []
    for agency, station, place in _ELSEWHERE:
        for number in range(1, 4):
            address = f"{place} 모의로 {int(stream.integers(1, 300))}"
            elsewhere.append((agency, station, f"모의{number}", "파출소", address, None))
    half = len(elsewhere) // 2
    return [
        _row(year, number, *entry)
        for number, entry in enumerate([*elsewhere[:half], *busan, *elsewhere[half:]], 1)
    ]


def _busan(
    options: Options, year: int
) -> list[tuple[str, str, str, str, str, tuple[float, float]]]:
    """Return the boxes of Busan; since the year after its opening 수영 has its own."""
    since = year > city.SUYEONG_OPENED.year
    column = "offices_since_20250805" if since else "offices"
    found: list[tuple[str, str, str, str, str, tuple[float, float]]] = []
    names: Counter[str] = Counter()
    for row in city.table("station_offices"):
        stream = options.stream("offices", row["station"], since)
        dongs = [
            i
            for i, dong in enumerate(city.dongs())
            if (city.station_on(dong, city.SUYEONG_OPENED) if since else dong.station)
            == row["station"]
        ]
        if not (count := int(row[column])):
            continue
        chosen = np.sort(stream.choice(dongs, count, replace=count > len(dongs)))
        longitude, latitude = city.scatter(chosen, stream)
        for at, dong_index in enumerate(chosen.tolist()):
            dong = city.dongs()[dong_index]
            district = next(d for d in city.districts() if d.code == dong.district_code)
            stem = base_name(dong.name)
            names[stem] += 1
            address = f"{city.CITY_NAME} {district.name} 모의로 {int(stream.integers(1, 400))}"
            name = f"{stem}{names[stem] if names[stem] > 1 else ''}"
            kind = (
                "지구대"
                if len(found) * _LARGE // OFFICE_COUNT
                != ((len(found) + 1) * _LARGE // OFFICE_COUNT)
                else "파출소"
            )
            place = (round(float(longitude[at]), 7), round(float(latitude[at]), 7))
            found.append(("부산청", _station(row["station"]), name, kind, address, place))
    return found


def _station(station: str) -> str:
    """Return the station as this list writes it: 부산중부, but 부산진."""
    return station if station.startswith("부산") else f"부산{station}"


def _row(
    year: int,
    number: int,
    agency: str,
    station: str,
    name: str,
    kind: str,
    address: str,
    place: tuple[float, float] | None,
) -> dict[str, Cell]:
    phone = f"051-000-{1000 + number:04d}" if agency == "부산청" else f"02-000-{1000 + number:04d}"
    if year < 2024:
        return {
            "연번": number, "시도청": agency, "경찰서": station, "관서명": name, "구분": kind,
            "전화번호": phone, "주소": address,
        }  # fmt: skip
    return {
        "순번": number, "시도경찰청": agency, "경찰서명": station, "지구대파출소명": name,
        "구분": kind, "대표전화": phone, "도로명주소": address,
        "경도": place[0] if place else None, "위도": place[1] if place else None,
    }  # fmt: skip
