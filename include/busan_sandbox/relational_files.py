"""Monthly files of relational reports over SFTP, with persons that must not get far.

UTF-8 with a byte order mark: `sftp/police/relational/relational_YYYYMM.csv`. Names, telephone
numbers and households are invented; the numbers are of an exchange that does not exist.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import numpy as np

from busan_sandbox import city
from busan_sandbox.draws import Ints, Times, day64, fault_rows, note, time_texts
from busan_sandbox.files import Delivery, csv_bytes
from busan_sandbox.options import Month, Options
from busan_sandbox.relational import KINDS, Cases, cases_of_year

FEED = "police_relational_cases"
# Field -> header to 2023 and since 2024.
HEADERS = {
    False: {
        "id": "사건번호", "household": "가구번호", "kind": "유형", "reported": "신고일시",
        "station": "관할서", "district": "발생구군", "name": "피해자명", "phone": "피해자연락처",
        "born": "피해자출생연도", "outcome": "처리결과", "measure": "조치내용",
        "measured": "조치일", "joint": "공동대응여부",
    },
    True: {
        "id": "사건번호", "household": "관계(가구)번호", "kind": "관계성범죄 유형",
        "reported": "접수일시", "station": "관할경찰서", "district": "구군", "outcome": "처리결과",
        "measure": "보호조치", "measured": "보호조치일자", "joint": "지자체 공동대응",
        "name": "피해자 성명", "born": "출생연도", "phone": "연락처",
    },
}  # fmt: skip
# The term changed in 2024 (DOMAIN.md B3).
_OLD_TERM = {"교제폭력": "데이트폭력"}
_ACCEPTED = "입건"
_OTHERWISE = ("현장종결", "상담연계", "불입건")
_FAULTS = {
    "kind_unknown": 0.002,
    "measure_before_report": 0.002,
    "district_unknown": 0.002,
    "row_repeated": 0.003,
}
# Not faults: spellings that must be understood.
_DISTRICT_STYLES = ("{}", "부산 {}", "부산광역시 {}", "{} ")

Columns = dict[str, list[str]]


def relational_files(options: Options, planted: Counter[str]) -> Iterator[Delivery]:
    """Yield one file a month."""
    for month in options.months:
        columns = _columns(options, month)
        stream = options.stream("relational faults", month)
        size = len(columns["id"])
        planted[f"{FEED}.rows"] += size
        faults = fault_rows(size, _FAULTS, stream)
        note(planted, FEED, faults)
        for fault, rows in faults.items():
            for row in rows:
                _spoil(columns, fault, row)
        headers = HEADERS[month.year >= 2024]
        order = list(range(size)) + faults["row_repeated"]
        rows_out = [list(headers.values()), *([columns[n][i] for n in headers] for i in order)]
        yield Delivery(
            f"sftp/police/relational/relational_{month.year}{month.number:02d}.csv",
            csv_bytes(rows_out, "utf-8-sig", "\r\n"),
        )


def _columns(options: Options, month: Month) -> Columns:
    cases = cases_of_year(options, month.year)
    cases = cases.at(cases.reported.astype("datetime64[M]") == np.datetime64(str(month), "M"))
    stream = options.stream("relational details", month)
    size = len(cases)
    accepted = stream.random(size) < _of_kind(cases, "accepted")
    measured = accepted & (stream.random(size) < _of_kind(cases, "measured"))
    outcome = stream.integers(0, len(_OTHERWISE), size)
    which = stream.random(size)
    days = cases.reported.astype("datetime64[D]") + stream.integers(0, 4, size).astype(
        "timedelta64[D]"
    )
    # The extract is made at the end of the span.
    known = measured & (days <= day64(options.last.last_day))
    joint = stream.random(size) < _of_kind(cases, "joint")
    old = month.year < 2024
    names = [_OLD_TERM.get(k.name, k.name) if old else k.name for k in KINDS]
    districts = {district.code: district.name for district in city.districts()}
    dongs = [city.dongs()[i] for i in cases.dong.tolist()]
    styles = stream.integers(0, len(_DISTRICT_STYLES), size).tolist()
    kinds = cases.kind.tolist()
    return {
        "id": [f"R{month.year}{month.number:02d}-{n:05d}" for n in range(1, size + 1)],
        "household": _households(cases),
        "kind": [names[k] for k in kinds],
        "reported": time_texts(cases.reported, "m" if old else "s"),
        "station": [
            city.station_on(dong, day)
            for dong, day in zip(dongs, _dates(cases.reported), strict=True)
        ],
        "district": [
            _DISTRICT_STYLES[style].format(districts[dong.district_code])
            for style, dong in zip(styles, dongs, strict=True)
        ],
        "name": [f"모의인{number}" for number in _households(cases)],
        "phone": [f"010-0000-{number % 10_000:04d}" for number in cases.household.tolist()],
        "born": [str(year) for year in _born(cases).tolist()],
        "outcome": [
            _ACCEPTED if yes else _OTHERWISE[o]
            for yes, o in zip(accepted.tolist(), outcome.tolist(), strict=True)
        ],
        "measure": [
            KINDS[k].measures[int(w * len(KINDS[k].measures))] if yes else ""
            for k, w, yes in zip(kinds, which.tolist(), known.tolist(), strict=True)
        ],
        "measured": time_texts(np.where(known, days, np.datetime64("NaT")), "D"),
        "joint": np.where(joint, "Y", "N").tolist(),
    }


def _of_kind(cases: Cases, name: str) -> Ints:
    found: Ints = np.array([getattr(kind, name) for kind in KINDS])[cases.kind]
    return found


def _households(cases: Cases) -> list[str]:
    pairs = zip(cases.year_of_household.tolist(), cases.household.tolist(), strict=True)
    return [f"H{year}-{number:06d}" for year, number in pairs]


def _born(cases: Cases) -> Ints:
    """Return birth years: the same for every report of a household."""
    young = np.array([kind.ages[0] for kind in KINDS])[cases.kind]
    old = np.array([kind.ages[1] for kind in KINDS])[cases.kind]
    spread = (cases.household * 7_919 + cases.year_of_household) % (old - young + 1)
    born: Ints = cases.year_of_household - young - spread
    return born


def _dates(times: Times) -> list[date]:
    days: list[date] = times.astype("datetime64[D]").tolist()
    return days


def _spoil(columns: Columns, fault: str, row: int) -> None:
    """Plant a fault in one row; `row_repeated` is planted when the rows are written."""
    if fault == "kind_unknown":
        columns["kind"][row] = "기타"
    elif fault == "measure_before_report":
        day = np.datetime64(columns["reported"][row][:10], "D") - np.timedelta64(2, "D")
        columns["measure"][row] = columns["measure"][row] or "임시조치"
        columns["measured"][row] = str(day)
    elif fault == "district_unknown":
        columns["district"][row] = "미상"
