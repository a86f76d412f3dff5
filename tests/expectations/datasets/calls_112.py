"""A good candidate of `calls_112` and one damage per check of its suite."""

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
    {PLACE_DDL}, {PERIOD_DDL}, priority_code text,
    class_level text, class_code text, class_name_ko text, class_name_en text,
    {END_DDL}
"""
_NAMES = ("priority_code", "class_level", "class_code")
_TOTAL = ("C0", "total", "total")
_SUMMED = ("C0", "group", "serious_crime")
_ALL_OF_SUMMED = ("all", "group", "serious_crime")
_EVERYTHING = ("all", "total", "total")
# Every code once, every group of classes once.
_LEAVES = [
    _SUMMED,
    ("C1", "group", "other_crime"),
    ("C2", "group", "public_order"),
    ("C3", "group", "traffic"),
    ("C4", "group", "assistance"),
    ("C4", "group", "other"),
]


def rows() -> Iterator[dict[str, Any]]:
    districts = district_codes()
    counts = monthly(_LEAVES, _sums, districts, lambda *parts: number(*parts))
    hides = hiding(
        totals={_TOTAL, _EVERYTHING, _ALL_OF_SUMMED},
        loose=_SUMMED,
        at_d={_EVERYTHING},
        at_e={_EVERYTHING},
    )
    yield from rows_of(counts, _NAMES, hides, _described)


def _sums(leaf: Dims) -> list[Dims]:
    code, _, group = leaf
    return [leaf, ("all", "group", group), (code, "total", "total"), _EVERYTHING]


def _described(dims: Dims) -> dict[str, Any]:
    return {"class_name_ko": f"종별 {dims[2]}", "class_name_en": dims[2], "unit": "calls"}


_E_IN_NOVEMBER = cell(
    DISTRICT_E, ("month", NOVEMBER), dict(zip(_NAMES, _ALL_OF_SUMMED, strict=True))
)
MUTATIONS = mutations(
    "calls_112",
    loose=dict(zip(_NAMES, _SUMMED, strict=True)),
    summed=dict(zip(_NAMES, _SUMMED, strict=True)),
    total=dict(zip(_NAMES, _TOTAL, strict=True)),
    absent="class_level = 'total' and priority_code <> 'all'",
    source="police_112_calls",
) | {
    "codes_match_total": "update published_candidate.pub_calls_112_v1"
    f" set event_count = event_count + 1 where {_E_IN_NOVEMBER}",
}
