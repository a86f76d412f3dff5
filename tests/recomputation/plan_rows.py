"""What the recovery study draws from the generators is what the plans' SQL reads in the warehouse.

Between the two lie the files with their planted faults: a refused row is missing from the marts,
and nothing else may differ.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from busan_safety.evaluation import designs
from busan_safety.evaluation.plans import load_plans
from busan_sandbox.options import Month, Options
from demo_machine import FIRST, LAST, SCALE, Machine
from studies.recovery.cities import rows_of

_QUARTERS = 8
CITY = Options(scale=float(SCALE), first=Month.parse(FIRST), last=Month.parse(LAST))
_ACCIDENTS = tuple(
    f"police_traffic_accidents.{fault}"
    for fault in ("negative_deaths", "no_casualty", "other_city")
)
_INCIDENTS = ("class_unknown", "dong_outside_busan", "cleared_before_reported")
_CALLS = ("class_is_text", "dong_outside_busan", "arrived_before_received")
# Plan -> faults by which a row of its feed is refused, or put on no map.
REFUSED = {
    "crowded_events_calls": _CALLS,
    "safe_routes_night_calls": _CALLS,
    "dog_patrols_night_incidents": tuple(f"police_crime_incidents.{one}" for one in _INCIDENTS),
    "countdown_timers_accidents": _ACCIDENTS,
    "licence_returns_elderly_accidents": _ACCIDENTS,
    "mental_centre_handling_minutes": tuple(
        f"city_mental_center.{fault}"
        for fault in ("closed_before_received", "missing_value", "outside_domain")
    ),
    "security_cctv_street_incidents": tuple(
        f"police_crime_incidents.{one}" for one in (*_INCIDENTS, "coordinates_zero")
    ),
}
_KEYS = ("unit", "month", "quarter", "period_start", "day")
# Days around an event, and events on one side alone: refused ones, or the fireworks.
_AROUND, _EVENTS = 80, 5
# Means and sums over rows of which a few were refused.
_CLOSE = ("mean_log_minutes", "dose")


@pytest.mark.parametrize("plan_id", REFUSED)
def test_the_studys_rows_are_those_of_the_sql_but_for_refused_rows(
    plan_id: str, machine: Machine, first: dict[str, Any]
) -> None:
    plan = next(plan for plan in load_plans() if plan.plan_id == plan_id)
    truth = json.loads((machine.folder / "var" / "sandbox" / "truth.json").read_text("utf-8"))
    with machine.connect() as connection:
        read = designs.read_rows(connection, plan)
    drawn = rows_of(CITY, plan)

    lost = sum(truth["planted"][fault] for fault in REFUSED[plan_id])
    # A facility of a kind that nobody knows is none: at most one crossing a fault of the last
    # register is on another side. A cell whose only incident was refused has no row.
    apart = {
        "accidents_at_sites": 1,
        "street_incidents_by_cell": lost * _QUARTERS,
        "overlap:prevention_zones": lost,
        "calls_on_event_days": _AROUND * _EVENTS,
    }
    missing: Counter[str] = Counter()
    for query, rows in read.items():
        ours = {_key(row): row for row in drawn[query]}
        both = [(row, ours[_key(row)]) for row in rows if _key(row) in ours]
        assert both
        assert max(len(rows), len(ours)) - len(both) <= apart.get(query, 0)
        for sql, study in both:
            assert sql.keys() == study.keys()
            for name in sql.keys() - _KEYS:
                if name == "exposure" or (
                    name.endswith("_count") and name != "daily_vehicle_count"
                ):
                    if sql[name] is None:
                        assert study[name] is None
                        continue
                    missing[name] += study[name] - sql[name]
                    assert study[name] >= sql[name]
                elif name in _CLOSE:
                    assert study[name] == pytest.approx(float(sql[name]), rel=0.03, abs=0.01)
                else:
                    assert study[name] == sql[name], (name, sql, study)

    assert missing and max(missing.values()) <= lost


def _key(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(name)) for name in _KEYS)
