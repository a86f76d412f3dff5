"""TAAS lgStat: accidents by district, year and class, counted from the whole city's accidents.

At every scale the figures are the real city's magnitude, as published statistics are. Numbers
come as text; rates per population and cars are computed from assumptions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from busan_sandbox import city
from busan_sandbox.accident_files import file_years
from busan_sandbox.accidents import (
    BICYCLE,
    ON_FOOT,
    PEDESTRIAN,
    PM,
    SINGLE,
    VEHICLES,
    VIOLATIONS,
    Accidents,
    accidents_of_year,
)
from busan_sandbox.endpoints import Endpoint
from busan_sandbox.files import Cell, Delivery, json_bytes
from busan_sandbox.options import Month, Options

FEED = "police_traffic_statistics"
SIDO = "1200"
Mask = npt.NDArray[np.bool_]

LGSTAT = Endpoint(
    sender="taas",
    path="B552061/lgStat/getRestLgStat",
    table="taas_lgstat",
    wire="S6",
    cap=100,
    json_switch=("type", "json"),
    filters={"searchYearCd": "std_year", "siDo": "sido_cd", "guGun": "gugun_cd"},
    hidden=("sido_cd", "gugun_cd"),
    required=("searchYearCd", "siDo"),
)
# Cars per resident, for the rate per 10,000 cars.
_CARS_PER_RESIDENT = 0.46


def _child(a: Accidents) -> Mask:
    return (a.victim_age >= 0) & (a.victim_age <= 12)


def _night(a: Accidents) -> Mask:
    hour = a.occurred.astype("datetime64[h]").astype(int) % 24
    return (hour < 6) | (hour >= 18)


# Classes in the order of the interface. 뺑소니 and 무면허 have no column: a fixed share by draw.
CLASSES: dict[str, Callable[[Accidents], Mask]] = {
    "전체": lambda a: np.ones(len(a), dtype=bool),
    "어린이": _child,
    "고령자": lambda a: a.victim_age >= 65,
    "보행자": lambda a: a.victim == ON_FOOT,
    "자전거": lambda a: (a.offender == BICYCLE) | (a.victim == BICYCLE),
    "야간": _night,
    "어린이보행자": lambda a: _child(a) & (a.victim == ON_FOOT),
    "스쿨존내어린이": lambda a: _child(a) & a.in_child_zone,
    "고령운전자": lambda a: a.offender_age >= 65,
    "고령보행자": lambda a: a.elderly_on_foot,
    "PM": lambda a: (a.offender == PM) | (a.victim == PM),
    "뺑소니": lambda a: (a.draw * 1000 % 1) < 0.035,
    "무면허": lambda a: (a.draw * 1000 % 1) > 0.975,
}


def statistics_answers(options: Options, planted: Counter[str]) -> Delivery:
    """Return the rows of all districts, classes and years."""
    rows: list[dict[str, Cell]] = []
    years = file_years(options)
    for year in [years[0] - 1, *years]:
        accidents = accidents_of_year(options, year)
        of_dong = np.array([int(dong.district_code) for dong in city.dongs()])
        district_of = of_dong[accidents.dong]
        for number, district in enumerate(city.districts(), 1):
            mine = accidents.at(district_of == int(district.code))
            people = city.residents(f"{district.code}00000", Month(year, 6))
            residents = people.residents if people else 1
            for name, is_in in CLASSES.items():
                place = f"{city.CITY_NAME} {district.name}"
                codes = {"sido_cd": SIDO, "gugun_cd": f"{1200 + number}"}
                figures = _figures(mine, is_in(mine), residents)
                rows.append(
                    {
                        "std_year": str(year),
                        "sido_sgg_nm": place,
                        "acc_cl_nm": name,
                        **figures,
                        **codes,
                    }
                )
    planted[f"{FEED}.rows"] += len(rows)
    return Delivery("api/taas_lgstat.json", json_bytes(rows))


def _figures(whole: Accidents, chosen: Mask, residents: int) -> dict[str, Cell]:
    part = whole.at(chosen)
    injured = part.serious + part.slight + part.reported
    all_injured = int((whole.serious + whole.slight + whole.reported).sum())
    deaths, all_deaths = int(part.deaths.sum()), int(whole.deaths.sum())
    counted: dict[str, Cell] = {
        "acc_cnt": str(len(part)),
        "acc_cnt_cmrt": _percent(len(part), len(whole)),
        "dth_dnv_cnt": str(deaths),
        "dth_dnv_cnt_cmrt": _percent(deaths, all_deaths),
        "ftlt_rate": _percent(deaths, len(part)),
        "injpsn_cnt": str(int(injured.sum())),
        "injpsn_cnt_cmrt": _percent(int(injured.sum()), all_injured),
        "tot_acc_cnt": str(len(whole)),
        "tot_dth_dnv_cnt": str(all_deaths),
        "tot_injpsn_cnt": str(all_injured),
        "pop_100k": f"{len(part) / residents * 100_000:.1f}",
        "car_10k": f"{len(part) / (residents * _CARS_PER_RESIDENT) * 10_000:.1f}",
    }
    # Seven kinds of violation, the last of them is 기타 (99).
    of_kind = np.bincount(part.violation, minlength=len(VIOLATIONS)).tolist()
    for at, count in enumerate(of_kind[:-1], 1):
        counted[f"cnt_027_{at:02d}"] = str(count)
    counted["cnt_027_99"] = str(of_kind[-1])
    for at, kind in enumerate((PEDESTRIAN, VEHICLES, SINGLE), 1):
        counted[f"cnt_014_{at:02d}"] = str(int((part.kind == kind).sum()))
    return counted


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "0"
