"""A good candidate of `traffic_safety` and one damage per check of its suite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from expectations.counts import (
    DISTRICT_E,
    END_DDL,
    NOVEMBER,
    PERIOD_DDL,
    PLACE_DDL,
    Dims,
    cell,
    district_codes,
    hiding,
    monthly,
    mutations,
    number,
    rows_of,
)

SEEDS = ()
TABLE = f"""
    measure text, {PLACE_DDL}, {PERIOD_DDL},
    class_level text, class_code text, class_name_ko text, class_name_en text,
    {END_DDL}
"""
TYPES = ["person_vehicle", "vehicles", "single_vehicle"]
GROUPS = [
    "pedestrian", "child_victim", "elderly_victim", "elderly_driver", "two_wheeler",
    "child_zone", "drunk_driving", "night",
]  # fmt: skip
_NAMES = ("measure", "class_level", "class_code")
_TOTAL = ("accident", "total", "total")
_SUMMED = ("accident", "type", "vehicles")


def rows() -> Iterator[dict[str, Any]]:
    districts = district_codes()
    classes = [("type", kind) for kind in TYPES] + [("group", group) for group in GROUPS]
    leaves = [(measure, *of) for measure in ("accident", "death", "injury") for of in classes]
    counts = monthly(leaves, _sums, districts, _count, has_stations=False)
    hides = hiding(totals={_TOTAL}, loose=_SUMMED, at_e={_TOTAL})
    yield from rows_of(counts, _NAMES, hides, _described)


def _sums(leaf: Dims) -> list[Dims]:
    measure, level, _ = leaf
    return [leaf, (measure, "total", "total")] if level == "type" else [leaf]


def _count(leaf: Dims, *parts: object) -> int:
    low, high = {"accident": (0, 30), "death": (0, 2), "injury": (40, 60)}[leaf[0]]
    return number(leaf, *parts, low=low, high=high)


def _described(dims: Dims) -> dict[str, Any]:
    unit = "accidents" if dims[0] == "accident" else "persons"
    return {"class_name_ko": f"구분 {dims[2]}", "class_name_en": dims[2], "unit": unit}


_E_IN_NOVEMBER = cell(DISTRICT_E, ("month", NOVEMBER), dict(zip(_NAMES, _SUMMED, strict=True)))
MUTATIONS = mutations(
    "traffic_safety",
    loose=dict(zip(_NAMES, _SUMMED, strict=True)),
    summed=dict(zip(_NAMES, _SUMMED, strict=True)),
    total=dict(zip(_NAMES, _TOTAL, strict=True)),
    absent="class_code = 'night'",
    source="police_traffic_accidents",
) | {
    "casualties_agree": "update published_candidate.pub_traffic_safety_v1"
    f" set event_count = 5000 where {_E_IN_NOVEMBER}",
}
# The class of this dataset hides nothing, so that its suite does not look for small counts.
del MUTATIONS["small_counts_hidden"]
