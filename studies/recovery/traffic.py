"""Accidents of a seeded city in the rows of the plans that read them."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from busan_safety.evaluation.designs import Rows
from busan_safety.evaluation.plans import Plan
from busan_safety.evaluation.plans.methods import SiteBeforeAfter
from busan_safety.evaluation.spans import last_day
from busan_sandbox import city
from busan_sandbox.accident_files import delivered_accidents, file_years
from busan_sandbox.accidents import MOPED, TWO_WHEELER
from busan_sandbox.draws import day64
from busan_sandbox.options import Options
from busan_sandbox.signals import KINDS
from busan_sandbox.sites import crossings, signal_sites
from busan_sandbox.traffic_culture import RETURNS_ITEM, year_rows

Table = list[dict[str, Any]]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_ELDERLY = 65


def accidents_at_sites(options: Options, plan: Plan) -> Rows:
    """Return accidents at every crossing before and after its facility came, and in common."""
    method = plan.method
    if not isinstance(method, SiteBeforeAfter):
        raise TypeError(f"{plan.plan_id} is of another design")
    first = max(plan.dates.study_from, date(file_years(options)[0], 1, 1))
    last = min(plan.dates.study_to, date(options.full_years[-1], 12, 31))
    days, crossing = _site_accidents(options, method)
    places = crossings(options)
    installed: dict[str, date] = {}
    others: set[str] = set()
    for site in signal_sites(options):
        name = site.crossing.crossing_id
        if KINDS[site.kind] == method.treatment:
            installed[name] = min(installed.get(name, site.installed_on), site.installed_on)
        else:
            others.add(name)
    used = [(at, place) for at, place in enumerate(places) if place.crossing_id not in others]
    came = sorted(day for name, day in installed.items() if name not in others)
    cut, begin = came[math.ceil(len(came) / 2) - 1], came[0]

    def counted(since: date, until: npt.NDArray[np.datetime64]) -> Ints:
        """Accidents at every crossing from a day on and before another."""
        held = (days >= day64(since)) & (days < until[crossing])
        return np.bincount(crossing[held], minlength=len(places))

    same = np.full(len(places), day64(None))
    own = np.array([day64(installed.get(place.crossing_id)) for place in places])
    end = np.full_like(same, day64(last) + 1)
    whole, before = counted(first, end), counted(first, own)
    until_installed = counted(first, np.minimum(own + 1, end))
    common = counted(first, np.full_like(same, day64(begin)))
    early = counted(first, np.full_like(same, day64(cut) + 1))
    found: Table = []
    for at, place in used:
        came_on = installed.get(place.crossing_id)
        found.append(
            {
                "unit": place.crossing_id,
                "installed_on": came_on,
                "first_on": first,
                "last_on": last,
                "daily_vehicle_count": place.daily_vehicles,
                "common_count": int(common[at]),
                "common_days": max((begin - first).days, 0),
                "before_count": int(before[at]) if came_on else 0,
                "before_days": max((came_on - first).days, 0) if came_on else 0,
                "after_count": int(whole[at] - until_installed[at]) if came_on else 0,
                "after_days": max((last - came_on).days, 0) if came_on else 0,
                "early_count": int(early[at]),
                "early_days": max((cut - first).days + 1, 0),
                "late_count": int(whole[at] - early[at]),
                "late_days": max((last - cut).days, 0),
            }
        )
    return {plan.outcome.measure: sorted(found, key=lambda row: str(row["unit"]))}


def _site_accidents(
    options: Options, method: SiteBeforeAfter
) -> tuple[npt.NDArray[np.datetime64], Ints]:
    """Days and crossings of the accidents at crossings that count for the plan."""
    days, crossing = [], []
    for year in file_years(options):
        found = delivered_accidents(options, year)
        held = found.crossing >= 0
        if method.offenders == "two_wheelers":
            held &= np.isin(found.offender, (TWO_WHEELER, MOPED))
        days.append(found.occurred[held].astype("datetime64[D]"))
        crossing.append(found.crossing[held])
    return np.concatenate(days), np.concatenate(crossing)


def elderly_accidents(options: Options, plan: Plan) -> Rows:
    """Return elderly drivers' accidents by district and half-year, and licences returned."""
    codes = [district.code for district in city.districts()]
    of_dong = np.array([codes.index(dong.district_code) for dong in city.dongs()])
    years = [
        year
        for year in options.full_years
        if plan.dates.study_from <= date(year, 1, 1) and date(year, 12, 31) <= plan.dates.study_to
    ]
    halves = [date(year, month, 1) for year in years for month in (1, 7)]
    returned, holders = _returns(options, years, codes)
    found: Table = []
    for at, first in enumerate(halves):
        last = last_day(first, "half")
        accidents = delivered_accidents(options, first.year)
        day = accidents.occurred.astype("datetime64[D]")
        held = (day >= day64(first)) & (day <= day64(last))
        elderly = held & (accidents.offender_age >= _ELDERLY)
        places = of_dong[accidents.dong]
        every = np.bincount(places[held], minlength=len(codes)).tolist()
        old = np.bincount(places[elderly], minlength=len(codes)).tolist()
        dose = returned[: 6 * at].sum(axis=0) / holders * 100
        found += [
            {
                "unit": code,
                "period_start": first,
                "period_end": last,
                "event_count": old[place],
                "exposure": every[place],
                "dose": float(dose[place]),
            }
            for place, code in enumerate(codes)
        ]
    return {plan.outcome.measure: sorted(found, key=lambda row: (row["unit"], row["period_start"]))}


def _returns(options: Options, years: list[int], codes: list[str]) -> tuple[Floats, Floats]:
    """Licences returned, shape (months, districts), and mean holders by district."""
    names = {district.name: at for at, district in enumerate(city.districts())}
    returned = np.zeros((12 * len(years), len(codes)))
    holders = np.zeros(len(codes))
    for at, year in enumerate(years):
        for period, name, item, _, count, held in year_rows(options, year):
            if item != RETURNS_ITEM:
                continue
            place = names[str(name).removeprefix("부산 ")]
            returned[12 * at + int(str(period)[-2:]) - 1, place] += int(str(count))
            holders[place] += int(str(held).replace(",", ""))
    return returned, holders / (12 * len(years))
