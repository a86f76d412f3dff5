"""A seeded city's events in the rows that the evaluation's queries return.

The events are those of the sandbox's generators, as its feeds write them into files; no draw is
made here but that of `thinned`. The rows are those of `evaluation/sql`, without the way
through files and warehouse and so without the faults that the sandbox plants in files:
`tests/recomputation/plan_rows.py` holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from busan_safety.evaluation.designs import Rows
from busan_safety.evaluation.plans import Plan
from busan_sandbox import city
from busan_sandbox.apo import STATIONS, VEHICLE_FROM
from busan_sandbox.draws import day64
from busan_sandbox.options import Options
from busan_sandbox.relational import Cases, cases_of_year
from busan_sandbox.relief import mental_cases
from studies.recovery.calendar import delivered_months, months_since, ordinal, quarters_of
from studies.recovery.calls import calls_on_event_days, intoxicated_calls, night_calls
from studies.recovery.crimes import crimes_in_zones, street_incidents, street_incidents_by_cell
from studies.recovery.traffic import accidents_at_sites, elderly_accidents

Table = list[dict[str, Any]]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_FOLLOWED_DAYS = 90


def rows_of(options: Options, plan: Plan) -> Rows:
    """Return what the plan's queries would return of this city, by query.

    The span of `options` is what was delivered; only feeds that the plan reads are drawn.
    """
    return _CITIES[plan.outcome.measure](options, plan)


def thinned(rows: Rows, plan: Plan, *, ratio: float, seed: int) -> Rows:
    """Return rows of which a share of events is taken, as much as the programme would.

    A series loses them in the months after its interruption, a district by its amount or on the
    days of an event, a map cell from the month of its camera on. The sandbox plants nothing in
    these feeds; thinning is how it plants elsewhere.
    """
    measure, stream = plan.outcome.measure, np.random.default_rng([seed, 305])
    interruption = plan.dates.interruption

    def share(row: dict[str, Any]) -> float:
        if "day_kind" in row:
            return ratio if row["day_kind"] == "event" else 1.0
        if "dose" in row:
            return float(ratio ** row["dose"])
        if "started_on" in row:
            return 1 - (1 - ratio) * months_since(row["started_on"], row["quarter"]) / 3
        assert interruption is not None  # noqa: S101 - the plan's own rule
        return ratio if row["month"] >= interruption else 1.0

    kept = [int(stream.binomial(row["event_count"], share(row))) for row in rows[measure]]
    return {
        **rows,
        measure: [
            row | {"event_count": count} for row, count in zip(rows[measure], kept, strict=True)
        ],
    }


def _mental_minutes(options: Options, plan: Plan) -> Rows:
    found: Table = []
    for month in delivered_months(options, plan):
        cases = mental_cases(options, month)
        minutes = np.array([_minutes(case) for case in cases])
        found.append(
            {
                "month": month.first_day,
                "case_count": len(cases),
                "mean_log_minutes": float(np.log(minutes).mean()),
                "open_count": 0,
            }
        )
    return {plan.outcome.measure: found}


def _minutes(case: dict[str, Any]) -> float:
    received, closed = (datetime.fromisoformat(case[name]) for name in ("RCPT_DT", "CLOS_DT"))
    return (closed - received).total_seconds() / 60


def _repeated_reports(options: Options, plan: Plan) -> Rows:
    years = sorted({month.year for month in options.months})
    parts = [cases_of_year(options, year) for year in years]
    cases = Cases(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Cases.__dataclass_fields__
        )
    )
    order = np.lexsort((cases.reported, cases.household, cases.year_of_household))
    cases = cases.at(order)
    day = cases.reported.astype("datetime64[D]")
    same = np.append(
        (np.diff(cases.household) == 0) & (np.diff(cases.year_of_household) == 0), False
    )
    wait = np.append(np.diff(day).astype(np.int64), 0)
    repeated = same & (wait <= _FOLLOWED_DAYS)
    names = list(STATIONS)
    station = _station_on(cases, names)
    quarter = cases.reported.astype("datetime64[M]").astype(np.int64) // 3
    found: Table = []
    for start in quarters_of(options, plan):
        if ordinal(start) + 5 > options.last.index - 1970 * 12:
            continue
        mine = quarter == ordinal(start) // 3
        reports = np.bincount(station[mine], minlength=len(names)).tolist()
        again = np.bincount(station[mine & repeated], minlength=len(names)).tolist()
        for at, name in enumerate(names):
            handed = VEHICLE_FROM.get(name)
            if not reports[at]:
                continue
            found.append(
                {
                    "unit": name,
                    "quarter": start,
                    "event_count": again[at],
                    "exposure": reports[at],
                    "started_on": handed if handed and handed <= options.last.last_day else None,
                }
            )
    return {plan.outcome.measure: sorted(found, key=lambda row: (row["unit"], row["quarter"]))}


def _station_on(cases: Cases, names: list[str]) -> Ints:
    before = np.array([names.index(dong.station) for dong in city.dongs()])
    since = np.array(
        [names.index(city.station_on(dong, city.SUYEONG_OPENED)) for dong in city.dongs()]
    )
    opened = cases.reported >= day64(city.SUYEONG_OPENED)
    return np.where(opened, since[cases.dong], before[cases.dong])


_CITIES: dict[str, Callable[[Options, Plan], Rows]] = {
    "night_calls_by_dong": night_calls,
    "intoxicated_calls_by_month": intoxicated_calls,
    "accidents_at_sites": accidents_at_sites,
    "night_street_incidents_by_district": street_incidents,
    "repeated_relational_reports_by_station": _repeated_reports,
    "calls_on_event_days": calls_on_event_days,
    "crimes_in_zones": crimes_in_zones,
    "street_incidents_by_cell": street_incidents_by_cell,
    "mental_handling_by_month": _mental_minutes,
    "elderly_driver_accidents_by_district": elderly_accidents,
}
