"""A good candidate of `relational_crime` and one damage per check of its suite."""

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
    kind text, kind_name_ko text, kind_name_en text,
    {END_DDL}
"""
KINDS = ["domestic_violence", "dating_violence", "stalking", "child_abuse", "elder_abuse"]
_NAMES = ("measure", "kind")
_TOTAL = ("accepted", "all")
_SUMMED = ("accepted", "stalking")


def rows() -> Iterator[dict[str, Any]]:
    districts = district_codes()
    measures = ["reported", "accepted", "protected", "rereported"]
    leaves = [(measure, kind) for measure in measures for kind in KINDS]
    counts = monthly(leaves, lambda leaf: [leaf, (leaf[0], "all")], districts, _count)
    hides = hiding(totals={_TOTAL}, loose=_SUMMED, at_e={_TOTAL})
    yield from rows_of(counts, _NAMES, hides, _described)


def _count(leaf: Dims, *parts: object) -> int:
    low, high = (30, 50) if leaf[0] == "reported" else (6, 20)
    return number(leaf, *parts, low=low, high=high)


def _described(dims: Dims) -> dict[str, Any]:
    return {"kind_name_ko": f"유형 {dims[1]}", "kind_name_en": dims[1], "unit": "reports"}


_E_IN_NOVEMBER = cell(DISTRICT_E, ("month", NOVEMBER), dict(zip(_NAMES, _SUMMED, strict=True)))
MUTATIONS = mutations(
    "relational_crime",
    loose=dict(zip(_NAMES, _SUMMED, strict=True)),
    summed=dict(zip(_NAMES, _SUMMED, strict=True)),
    total=dict(zip(_NAMES, _TOTAL, strict=True)),
    absent="measure = 'rereported'",
    source="police_relational_cases",
) | {
    "measures_agree": "update published_candidate.pub_relational_crime_v1"
    f" set event_count = 5000 where {_E_IN_NOVEMBER}",
}
