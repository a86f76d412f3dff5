"""Days of an event are held against days of their own month."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from busan_safety.evaluation.designs import estimate_rows
from busan_safety.evaluation.plans import load_plans

PLAN = next(plan for plan in load_plans() if plan.plan_id == "crowded_events_calls")


def test_a_busier_month_is_no_effect_of_the_event_in_it() -> None:
    rng = np.random.default_rng(1)
    rows = []
    for event in range(20):
        begins = date(2022 + event % 2, 5, 10 + event % 5)
        for offset in range(-28, 32):
            day = begins + timedelta(days=offset)
            kind = "event" if 0 <= offset < 4 else "beside" if -2 <= offset < 6 else "comparable"
            rows.append(
                {
                    "unit": f"EV{event}",
                    "day": day,
                    "iso_weekday": day.isoweekday(),
                    "day_kind": kind,
                    "event_count": int(rng.poisson(150 if day.month == 5 else 100)),
                }
            )

    found = estimate_rows({PLAN.outcome.measure: rows}, PLAN)

    assert found.lower < 1 < found.upper
    assert found.estimate == pytest.approx(1, abs=0.04)
    assert found.groups.treated == 80
