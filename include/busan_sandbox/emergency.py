"""Daily files of 112 calls, with the faults that such extracts have.

CP949, one header row, one file a day: `police/112/112_calls_YYYYMMDD.csv`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from busan_sandbox import city
from busan_sandbox.calls import PRIORITIES, Calls, Ints, Times, month_of_calls
from busan_sandbox.files import Delivery
from busan_sandbox.options import Options

HEADER = (
    "RECV_NO,RECV_DM,ARRV_DM,RECV_DEPT_NM,EMRG_CL,EVT_CL_CD,END_CD,"
    "RPTER_SEX,HPPN_DONG_CD,HPPN_X,HPPN_Y,SME_EVT_YN"
)

# Share of calls with each fault; dirty closing codes occur in the real extract
# (bigdata-policing specification).
_FAULTS = {
    "class_is_text": 0.0004,
    "dong_outside_busan": 0.0002,
    "arrived_before_received": 0.0002,
    "coordinates_swapped": 0.001,
    "coordinates_zero": 0.0004,
    "end_code_bracket": 0.0015,
    "end_code_nan": 0.006,
    "end_code_float": 0.03,
    "receipt_repeated": 0.0005,
}
_OUTSIDE_DONG = "4812051000"

Columns = dict[str, list[str]]


def call_files(
    options: Options, treated: Mapping[str, date], planted: Counter[str]
) -> Iterator[Delivery]:
    """Yield one file a day, month by month, so that memory holds one month.

    planted counts the faults and, as `calls`, the distinct calls before faults.
    """
    for month in options.months:
        calls = month_of_calls(options, month, treated)
        stream = options.stream("call faults", month)
        planted["calls"] += len(calls)
        lines, repeated = _lines(calls, stream, planted)
        days = calls.received.astype("datetime64[D]")
        for offset in range((month.last_day - month.first_day).days + 1):
            day = month.first_day + timedelta(days=offset)
            start, end = np.searchsorted(days, [np.datetime64(day), np.datetime64(day) + 1])
            if start == end:
                continue
            rows = lines[start:end]
            rows += [lines[i] for i in repeated[(repeated >= start) & (repeated < end)]]
            text = "\n".join([HEADER, *rows, ""])
            yield Delivery(f"police/112/112_calls_{day:%Y%m%d}.csv", text.encode("cp949"))


def _lines(
    calls: Calls, stream: np.random.Generator, planted: Counter[str]
) -> tuple[list[str], Ints]:
    """Return the CSV lines of a month and the positions of calls that are sent twice."""
    columns = _clean_columns(calls)
    # One draw a call: no call has two faults, so that the counts can be reconciled.
    fault = np.searchsorted(np.cumsum(list(_FAULTS.values())), stream.random(len(calls)))
    possible = {
        "coordinates_swapped": ~np.isnan(calls.longitude),
        "coordinates_zero": ~np.isnan(calls.longitude),
        "arrived_before_received": ~np.isnat(calls.arrived),
    }
    everywhere = np.ones(len(calls), dtype=bool)
    for position, name in enumerate(_FAULTS):
        rows = np.flatnonzero((fault == position) & possible.get(name, everywhere))
        planted[name] += len(rows)
        for row in rows.tolist():
            _spoil(columns, name, row)
    lines = [",".join(fields) for fields in zip(*columns.values(), strict=True)]
    return lines, np.flatnonzero(fault == list(_FAULTS).index("receipt_repeated"))


def _clean_columns(calls: Calls) -> Columns:
    dongs = city.dongs()
    days = calls.received.astype("datetime64[D]")
    first_of_day = np.searchsorted(days, days, side="left")
    number = np.arange(len(calls)) - first_of_day + 1
    day_text = [text.replace("-", "") for text in _day_texts(days)]
    before = [city.station_office(dong.station) for dong in dongs]
    since = [city.station_office(city.station_on(dong, city.SUYEONG_OPENED)) for dong in dongs]
    opened = days >= np.datetime64(city.SUYEONG_OPENED)
    codes = [dong.code for dong in dongs]
    office = np.where(opened, calls.dong + len(dongs), calls.dong).tolist()
    offices = [*before, *since]
    return {
        "number": [f"{d}-{n:06d}" for d, n in zip(day_text, number.tolist(), strict=True)],
        "received": _time_texts(calls.received),
        "arrived": _time_texts(calls.arrived),
        "station": [offices[i] for i in office],
        "priority": [PRIORITIES[i] for i in calls.priority.tolist()],
        "event_class": [str(code) for code in calls.event_class.tolist()],
        "end_code": [str(code) for code in calls.end_code.tolist()],
        "sex": [str(code) for code in calls.reporter_sex.tolist()],
        "dong": [codes[i] for i in calls.dong.tolist()],
        "x": ["" if x != x else f"{x:.6f}" for x in calls.longitude.tolist()],
        "y": ["" if y != y else f"{y:.6f}" for y in calls.latitude.tolist()],
        "same": ["Y" if same else "N" for same in calls.same_event.tolist()],
    }


def _time_texts(times: Times) -> list[str]:
    """Write times as `2024-03-01 12:34:56`, an empty text where there is none."""
    known = ~np.isnat(times)
    filled = np.where(known, times, np.datetime64(0, "s"))
    days = filled.astype("datetime64[D]")
    seconds = (filled - days).astype(np.int64).tolist()
    clock = _clock()
    return [
        f"{day} {clock[second]}" if there else ""
        for day, second, there in zip(_day_texts(days), seconds, known.tolist(), strict=True)
    ]


def _day_texts(days: Times) -> list[str]:
    """Write days as `2024-03-01`; each different day is written once."""
    different, position = np.unique(days, return_inverse=True)
    texts = [str(day) for day in different]
    return [texts[i] for i in position.tolist()]


@lru_cache(maxsize=1)
def _clock() -> tuple[str, ...]:
    """Return `00:00:00` to `23:59:59`, by second of the day."""
    minutes = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in range(60)]
    return tuple(f"{minute}:{second:02d}" for minute in minutes for second in range(60))


def _spoil(columns: Columns, fault: str, row: int) -> None:
    """Plant a fault in one row; `receipt_repeated` is planted when the lines are written."""
    if fault == "class_is_text":
        columns["event_class"][row] = "기타"
    elif fault == "dong_outside_busan":
        columns["dong"][row] = _OUTSIDE_DONG
    elif fault == "arrived_before_received":
        received = np.datetime64(columns["received"][row].replace(" ", "T"))
        earlier = received - np.timedelta64(10, "m")
        columns["arrived"][row] = str(earlier).replace("T", " ")
    elif fault == "coordinates_swapped":
        columns["x"][row], columns["y"][row] = columns["y"][row], columns["x"][row]
    elif fault == "coordinates_zero":
        columns["x"][row] = columns["y"][row] = "0.000000"
    elif fault == "end_code_bracket":
        columns["end_code"][row] = "{"
    elif fault == "end_code_nan":
        columns["end_code"][row] = "nan"
    elif fault == "end_code_float":
        columns["end_code"][row] += ".0"
