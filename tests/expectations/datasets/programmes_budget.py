"""Every programme in two years: shared lines, a programme without money, an output, a target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from expectations.candidates import AS_OF, seed
from expectations.datasets import mutations_of_any

TABLE = """
    programme_id text, fiscal_year smallint, catalogue_number smallint, programme_name_ko text,
    programme_name_en text, holder_ko text, programme_codes text, is_budget_shared boolean,
    planned_won bigint, current_won bigint, executed_won bigint, execution_pct numeric,
    value_status text, output_id text, output_unit text, output_count numeric,
    output_status text, target_unit text, target_value numeric, reached_value numeric,
    coverage_pct numeric, evaluation_status text, evaluation_design text, budget_as_of date,
    data_as_of date, is_synthetic boolean
"""
SEEDS = ("programmes", "programme_budget_codes")


def rows() -> Iterator[dict[str, Any]]:
    codes = {row["programme_id"]: row["programme_code"] for row in seed("programme_budget_codes")}
    shared = {row["programme_id"] for row in seed("programme_budget_codes") if row["is_shared"]}
    whole = "|".join(sorted(set(codes.values())))
    lines = len(set(codes.values()))
    for programme in seed("programmes"):
        for year in (2023, 2024):
            name = programme["programme_id"]
            row = {
                "programme_id": name,
                "fiscal_year": year,
                "programme_name_ko": programme["name_ko"],
                "programme_name_en": programme["name_en"],
                "is_budget_shared": name in shared,
                "value_status": "not_applicable",
                "output_status": "not_applicable",
                "evaluation_status": "not_planned",
                "evaluation_design": "not_planned",
                "data_as_of": AS_OF,
                "is_synthetic": True,
            }
            if name == "policy_budget":
                row |= _money(whole, lines)
            elif name in codes:
                row |= _money(codes[name], 1)
            if name == "intoxication_relief_centre":
                row |= {"output_id": "intox_center_admissions", "output_unit": "admissions"}
                row |= {"output_count": 307, "output_status": "observed"}
            if name == "mental_emergency_centre":
                row |= {"output_id": "mental_joint_response_count", "output_status": "suppressed"}
            if name == "safe_routes" and year == 2024:
                row |= {"target_unit": "routes", "target_value": 151, "reached_value": 148}
                row["coverage_pct"] = 98.01
            yield row


def _money(codes: str, lines: int) -> dict[str, Any]:
    return {
        "programme_codes": codes,
        "planned_won": 300_000_000 * lines,
        "current_won": 320_000_000 * lines,
        "executed_won": 290_000_000 * lines,
        "execution_pct": 90.63,
        "value_status": "observed",
        "budget_as_of": AS_OF,
    }


_ALL = "published_candidate.pub_programmes_budget_v1"
_ONE = "programme_id = 'living_lab' and fiscal_year = 2024"
_OUTPUT = "programme_id = 'intoxication_relief_centre' and fiscal_year = 2024"
_TARGET = "programme_id = 'safe_routes' and fiscal_year = 2024"

MUTATIONS = {
    **mutations_of_any(
        "programmes_budget",
        one=_ONE,
        source="city_safety_budget",
        text_column="programme_name_ko",
    ),
    "grid_complete": f"delete from {_ALL} where {_ONE}",
    "output_status_known": f"update {_ALL} set output_status = 'counted' where {_OUTPUT}",
    "execution_within_bounds": f"""
        update {_ALL} set current_won = 280000000, execution_pct = 103.57 where {_ONE}
    """,
    "money_not_negative": f"update {_ALL} set planned_won = -300000000 where {_ONE}",
    "execution_matches_amounts": f"update {_ALL} set execution_pct = 98 where {_ONE}",
    "parts_match_total": f"update {_ALL} set planned_won = 300000001 where {_ONE}",
    "value_empty_iff_status": f"update {_ALL} set value_status = 'not_reported' where {_ONE}",
    "output_empty_iff_status": f"update {_ALL} set output_count = null where {_OUTPUT}",
    "small_counts_hidden": f"update {_ALL} set output_count = 4 where {_OUTPUT}",
    "coverage_matches_target": f"update {_ALL} set coverage_pct = 100 where {_TARGET}",
    "evaluation_status_known": f"update {_ALL} set evaluation_status = 'proven' where {_ONE}",
    "dates_plausible": f"update {_ALL} set budget_as_of = '2023-12-31' where {_ONE}",
}
