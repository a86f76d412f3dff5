"""dbt's semantic layer, made from `seeds/indicators.csv`: one metric per indicator and version.

python -m busan_safety.transform.metric_file

A metric adds numerators and denominators and divides the sums. It answers nothing (null) rather
than a wrong number where the rows of one group are of several kinds of place, subgroups or
periods that may not be added, and where one of them is unknown: group by what is missing.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import yaml

from busan_safety.settings import get_settings

SEMANTIC_MODEL = "indicator_values"
ENTITY = "indicator_row"
MODEL = "fct_indicator_value"

_DIMENSIONS = {
    "indicator_id": "지표 / Indicator",
    "definition_version": "지표 정의의 판 / Version of the definition",
    "subgroup": "하위집단 / Subgroup",
    "place_type": "장소 종류 / Kind of place",
    "place_code": "장소 코드 / Code of the place",
    "period_type": "기간 종류 / Kind of period",
    "value_status": "값의 상태 / Status of the value",
    "is_synthetic": "합성 자료 여부 / Whether synthetic",
}
# Input of the metrics: name, aggregation, expression, label.
_PARTS = (
    ("indicator_numerator", "sum", "case when value is not null then numerator end", "분자의 합"),
    (
        "indicator_denominator",
        "sum",
        "case when value is not null then denominator end",
        "분모의 합",
    ),
    ("indicator_single_value", "sum", "value", "값(한 행일 때만)"),
    (
        "indicator_unknown_rows",
        "sum",
        "case when value is null and denominator is distinct from 0 then 1 else 0 end",
        "값을 모르는 행",
    ),
    ("indicator_kinds", "count_distinct", "place_type || '|' || subgroup", "장소 종류와 하위집단"),
    ("indicator_places", "count_distinct", "place_code", "장소 수"),
    ("indicator_periods", "count_distinct", "period_start", "기간 수"),
)


def metric_file() -> Path:
    """Where the metrics stand in the dbt project."""
    return get_settings().dbt_dir / "models" / "marts" / "indicators" / "metrics.yml"


def metric_name(indicator_id: str, version: int | str) -> str:
    """The metric of one definition: `theft_rate_v2`."""
    return f"{indicator_id}_v{version}"


def metrics() -> str:
    """Return the YAML text with the semantic model and all metrics."""
    seeds = get_settings().seeds_dir
    never_over_periods = {row["indicator_id"] for row in _rows(seeds / "indicator_sums.csv")}
    declared = _rows(seeds / "indicators.csv")
    content = {
        "semantic_models": [_semantic_model()],
        "metrics": [
            *(_part(*part) for part in _PARTS),
            *(_metric(row, row["indicator_id"] in never_over_periods) for row in declared),
        ],
    }
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
    return "# Made by `python -m busan_safety.transform.metric_file`; do not edit.\n" + text


def _semantic_model() -> dict[str, Any]:
    key = "indicator_id || definition_version || subgroup || place_type || place_code"
    return {
        "name": SEMANTIC_MODEL,
        "description": "지표 값 / Values of the indicators, as parts that may be added.",
        "model": f"ref('{MODEL}')",
        "defaults": {"agg_time_dimension": "period_start"},
        "entities": [
            {
                "name": ENTITY,
                "type": "primary",
                "expr": f"{key} || period_type || period_start",
            }
        ],
        "dimensions": [
            {
                "name": "period_start",
                "type": "time",
                "description": "기간 시작일 / First day of the period",
                "type_params": {"time_granularity": "day"},
            },
            *(
                {"name": name, "type": "categorical", "description": text}
                for name, text in _DIMENSIONS.items()
            ),
        ],
        "measures": [
            {"name": f"{name}_measure", "agg": agg, "expr": expression}
            for name, agg, expression, _ in _PARTS
        ],
    }


def _part(name: str, agg: str, expression: str, label: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": f"{label} ({name})",
        "description": "지표의 구성 요소 / Part of the metrics, of no use alone.",
        "type": "simple",
        "type_params": {"measure": f"{name}_measure"},
    }


def _metric(row: dict[str, str], counts_again: bool) -> dict[str, Any]:
    one_place, one_period = not _over_places(row), counts_again or not _over_periods(row)
    guards = ["indicator_kinds = 1", "indicator_unknown_rows = 0"]
    guards += ["indicator_places = 1"] if one_place else []
    guards += ["indicator_periods = 1"] if one_period else []
    parts = ["indicator_kinds", "indicator_unknown_rows"]
    parts += ["indicator_places"] if one_place else []
    parts += ["indicator_periods"] if one_period else []
    if row["value_kind"] == "measured":
        value = "indicator_single_value"
        parts.append("indicator_single_value")
    elif row["value_kind"] == "count":
        value = "indicator_numerator"
        parts.append("indicator_numerator")
    else:
        value = f"indicator_numerator * {row['scale']} / nullif(indicator_denominator, 0)"
        parts += ["indicator_numerator", "indicator_denominator"]
    name = metric_name(row["indicator_id"], row["definition_version"])
    sums = "periods may be added" if not one_period else "one period at a time, else empty"
    return {
        "name": name,
        "label": f"{row['name_ko']} ({name})",
        "description": f"{row['name_ko']}. {row['name_en']}: {row['definition_en']}."
        f" Unit: {row['unit']}; {sums}.",
        "type": "derived",
        "filter": (
            f"{{{{ Dimension('{ENTITY}__indicator_id') }}}} = '{row['indicator_id']}'"
            f" and {{{{ Dimension('{ENTITY}__definition_version') }}}} ="
            f" {row['definition_version']}"
            f" and {{{{ Dimension('{ENTITY}__period_type') }}}} = '{row['frequency']}'"
        ),
        "type_params": {
            "expr": f"case when {' and '.join(guards)} then round({value}, 6) end",
            "metrics": [{"name": part} for part in parts],
        },
        "config": {"meta": {"unit": row["unit"], "owner": row["owner"]}},
    }


def _over_places(row: dict[str, str]) -> bool:
    return row["value_kind"] != "measured" and row["frequency"] not in {"window", "event"}


def _over_periods(row: dict[str, str]) -> bool:
    """As `is_summable_over_periods` of dim_indicator, seeds/indicator_sums.csv apart."""
    return (
        row["value_kind"] != "measured"
        and row["frequency"] not in {"snapshot", "window", "event"}
        and row["revision_policy"] != "latest_register"
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


if __name__ == "__main__":
    metric_file().write_text(metrics(), encoding="utf-8")
