"""Monthly files of recorded crimes, with the faults that such extracts have.

CP949: `police/crime_incidents/crime_incidents_YYYYMM.csv`. Headers and their order change in
2024. One month is sent without the reports that came late, and sent again as `…_정정.csv`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from busan_sandbox import city
from busan_sandbox.draws import Unit, day64, fault_rows, note, time_texts
from busan_sandbox.files import Delivery, csv_bytes
from busan_sandbox.incidents import PLACES, incidents_of_year
from busan_sandbox.options import Month, Options
from busan_sandbox.zones import zones

FEED = "police_crime_incidents"
# Field -> header to 2023 and since 2024, in the order of each form.
HEADERS = {
    False: {
        "id": "사건번호", "occurred": "발생일시", "reported": "신고일시", "class": "죄종",
        "station": "관할서", "dong": "행정동코드", "place": "발생장소구분", "name": "발생장소명",
        "zone": "강화구역번호", "cleared": "검거일자", "abnormal": "이상동기여부",
        "x": "발생X", "y": "발생Y",
    },
    True: {
        "id": "사건번호", "reported": "접수일시", "occurred": "발생일시", "class": "죄명(중분류)",
        "station": "관할경찰서", "dong": "발생 행정동코드", "place": "발생장소", "name": "장소명",
        "zone": "강화구역번호", "abnormal": "이상동기범죄 여부", "cleared": "검거일",
        "x": "경도", "y": "위도",
    },
}  # fmt: skip
_FAULTS = {
    "class_unknown": 0.002,
    "dong_outside_busan": 0.002,
    "cleared_before_reported": 0.002,
    "coordinates_swapped": 0.003,
    "coordinates_zero": 0.002,
    "row_repeated": 0.003,
}
_OUTSIDE_DONG = "4812051000"
# The month of the span (from 0) that is corrected later, and the share of it that came late.
_CORRECTED = 2
_LATE_SHARE = 0.04
# 샾 is not in strict EUC-KR, as in a published camera list.
_PLACE_NAMES = ("골목길", "명품샾 앞", "시장 입구", "주차장", "정류장 옆", "원룸 현관")

Columns = dict[str, list[str]]


def incident_files(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield one file a month, and the month that is sent again."""
    for at, month in enumerate(options.months):
        columns = _columns(options, month)
        stream = options.stream("incident faults", month)
        size = len(columns["id"])
        planted[f"{FEED}.rows"] += size
        faults = fault_rows(size, _FAULTS, stream)
        faults["coordinates_swapped"] = [
            i for i in faults["coordinates_swapped"] if columns["x"][i]
        ]
        note(planted, FEED, faults)
        for fault, rows in faults.items():
            for row in rows:
                _spoil(columns, fault, row)
        order = list(range(size)) + faults["row_repeated"]
        path = f"police/crime_incidents/crime_incidents_{month.year}{month.number:02d}"
        if at == min(_CORRECTED, len(options.months) - 1):
            late = set(np.flatnonzero(stream.random(size) < _LATE_SHARE).tolist())
            planted[f"{FEED}.late_rows"] += len(late)
            yield _file(f"{path}.csv", month, columns, [i for i in order if i not in late])
            path += "_정정"
        yield _file(f"{path}.csv", month, columns, order)


def _file(path: str, month: Month, columns: Columns, order: list[int]) -> Delivery:
    headers = HEADERS[month.year >= 2024]
    rows = [list(headers.values()), *([columns[name][i] for name in headers] for i in order)]
    return Delivery(path, csv_bytes(rows, "cp949", "\r\n" if month.year >= 2024 else "\n"))


def _columns(options: Options, month: Month) -> Columns:
    found = incidents_of_year(options, month.year)
    rows = np.flatnonzero(found.reported.astype("datetime64[M]") == np.datetime64(str(month), "M"))
    later = month.year >= 2024
    label = "class_middle_since_2024" if later else "class_middle"
    labels = [row[label] for row in city.table("crime_classes")]
    dongs = [city.dongs()[i] for i in found.dong[rows].tolist()]
    opened = (found.reported[rows] >= day64(city.SUYEONG_OPENED)).tolist()
    # The extract is made at the end of the span: what is cleared later is not known yet.
    known = found.cleared[rows] <= day64(options.last.last_day)
    cleared = np.where(known, found.cleared[rows], np.datetime64("NaT"))
    stream = options.stream("incident places", month)
    names = stream.integers(0, len(_PLACE_NAMES), len(rows)).tolist()
    unit: Unit = "s" if later else "m"
    return {
        "id": [
            f"{month.year}{month.number:02d}-{number:06d}" for number in range(1, len(rows) + 1)
        ],
        "occurred": time_texts(found.occurred[rows], unit),
        "reported": time_texts(found.reported[rows], unit),
        "class": [labels[i] for i in found.crime_class[rows].tolist()],
        "station": [
            _station(dong, since, later) for dong, since in zip(dongs, opened, strict=True)
        ],
        "dong": [dong.code for dong in dongs],
        "place": [PLACES[i] for i in found.place[rows].tolist()],
        "name": [f"{dong.name} {_PLACE_NAMES[i]}" for dong, i in zip(dongs, names, strict=True)],
        "zone": ["" if i < 0 else zones(options)[i].zone_id for i in found.zone[rows].tolist()],
        "cleared": time_texts(cleared, "D"),
        "abnormal": np.where(found.abnormal_motive[rows], "Y", "N").tolist(),
        "x": ["" if x != x else f"{x:.6f}" for x in found.longitude[rows].tolist()],
        "y": ["" if y != y else f"{y:.6f}" for y in found.latitude[rows].tolist()],
    }


def _station(dong: city.Dong, since: bool, later: bool) -> str:
    station = dong.later_station if since and dong.later_station else dong.station
    return city.station_office(station) if later else station


def _spoil(columns: Columns, fault: str, row: int) -> None:
    """Plant a fault in one row; `row_repeated` is planted when the rows are written."""
    if fault == "class_unknown":
        columns["class"][row] = "죄종 미상"
    elif fault == "dong_outside_busan":
        columns["dong"][row] = _OUTSIDE_DONG
    elif fault == "cleared_before_reported":
        day = np.datetime64(columns["reported"][row][:10], "D") - np.timedelta64(3, "D")
        columns["cleared"][row] = str(day)
    elif fault == "coordinates_swapped":
        columns["x"][row], columns["y"][row] = columns["y"][row], columns["x"][row]
    elif fault == "coordinates_zero":
        columns["x"][row] = columns["y"][row] = "0"
