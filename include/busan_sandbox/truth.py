"""What was planted: the effect that the evaluation has to find again, and every fault.

Only tests read this file; a product that reads it would check itself against its own answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from busan_sandbox import city
from busan_sandbox.calls import CROWD_DAYS, CROWD_DISTRICT
from busan_sandbox.options import Options


@dataclass
class Truth:
    """What the feeds planted: effects, and faults by kind with their number of rows."""

    effects: list[dict[str, Any]] = field(default_factory=list)
    planted: Counter[str] = field(default_factory=Counter)


def truth_document(
    options: Options, treated: Mapping[str, date], truth: Truth
) -> dict[str, object]:
    """Return the truth file.

    treated: dong code -> completion of the first works; truth: what the feeds planted.
    """
    completed = sorted(treated.values())
    return {
        "synthetic": True,
        **options.as_dict(),
        "effects": [
            {
                "programme": "safe_routes",
                "outcome": "night_calls",
                "rate_ratio": options.effect("safe_routes", options.route_effect),
                "hours": "20:00-05:59 KST",
                "unit": "dong",
                "starts": "00:00 KST on the day after the first works in the dong",
                "window": {
                    "first_works": completed[0].isoformat(),
                    "last_works": completed[-1].isoformat(),
                    "from": options.first.first_day.isoformat(),
                    "to": options.last.last_day.isoformat(),
                },
            },
            *truth.effects,
        ],
        "treated_dongs": {code: day.isoformat() for code, day in treated.items()},
        "series_breaks": [
            {"date": "2025-01-01", "what": "intoxicated persons (305) fall by re-classification"},
            {"date": city.SUYEONG_OPENED.isoformat(), "what": "Suyeong station opens"},
        ],
        "crowd_days": [
            {"date": day.isoformat(), "district_code": CROWD_DISTRICT} for day in CROWD_DAYS
        ],
        "planted": dict(sorted(truth.planted.items())),
    }
