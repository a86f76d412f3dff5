"""dbt's declaration of the raw layer, made from the registry: no second source of truth.

python -m busan_safety.transform.source_file
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from busan_safety.settings import get_settings
from busan_safety.sources import Source, all_sources
from busan_safety.sources.points import POINT_COLUMNS

_OWN_COLUMNS = [
    {
        "name": "_batch_id",
        "description": "배치 번호(ops.batch) / Batch, see ops.batch",
        "data_type": "integer",
    },
    {
        "name": "_line",
        "description": "납품 파일의 행 번호 / Line in the delivered file",
        "data_type": "bigint",
    },
    {
        "name": "_flags",
        "description": "적재 때 붙은 규칙 표시 / Rules that flagged the row",
        "data_type": "text[]",
    },
]


def source_file() -> Path:
    """Where the declaration stands in the dbt project."""
    return get_settings().dbt_dir / "models" / "staging" / "sources.yml"


def declaration() -> str:
    """Return the YAML text that declares `raw.current_<source>` for every source."""
    content = {
        "sources": [
            {
                "name": "raw",
                "description": (
                    "납품 원문을 형식에 맞춰 적재한 현재 행 / "
                    "Current typed rows of every source, as sent."
                ),
                "schema": "raw",
                "tables": [_table(source) for source in all_sources().values()],
            }
        ]
    }
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
    return "# Made by `python -m busan_safety.transform.source_file`; do not edit.\n" + text


def _table(source: Source) -> dict[str, Any]:
    columns = [
        {
            "name": column.name,
            "description": f"{column.description.ko} / {column.description.en}",
            "data_type": column.type,
        }
        for column in source.stored_columns
    ]
    return {
        "name": f"current_{source.id}",
        "description": f"{source.grain} {source.title.ko} / {source.title.en}.",
        "columns": [*(dict(own) for own in _OWN_COLUMNS), *_found_columns(source), *columns],
    }


def _found_columns(source: Source) -> list[dict[str, Any]]:
    if source.points is None:
        return []
    restricted = " (restricted)" if source.point_privacy == "restricted" else ""
    return [
        {"name": name, "description": f"{said.ko} / {said.en}{restricted}", "data_type": "text"}
        for name, said in POINT_COLUMNS.items()
    ]


if __name__ == "__main__":
    source_file().write_text(declaration(), encoding="utf-8")
