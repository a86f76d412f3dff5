"""The data dictionary and the lineage page, made from dbt's manifest and the seeds alone.

python -m busan_safety.transform.reference_pages docs/reference
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

from busan_safety.settings import get_settings
from busan_safety.transform.layers import parse
from busan_safety.transform.lineage import (
    Manifest,
    feeds_of,
    in_order,
    mermaid,
    parents,
    seeds_of,
    short,
)
from busan_safety.transform.workspace import workspace

_SCHEMAS = {
    "marts": "Evaluators read these.",
    "marts_restricted": "Facts about persons: evaluators cannot read them; listed so that it is"
    " known what exists.",
    "published_candidate": "What the gate decides about; the passed tables stand in `published`.",
}
_MADE = "Made by `make generated` from dbt's manifest and the seeds; do not edit."


def pages(manifest: Manifest) -> dict[str, str]:
    """File name to Markdown text."""
    return {"dictionary.md": dictionary(manifest), "lineage.md": lineage(manifest)}


def dictionary(manifest: Manifest) -> str:
    """All indicators, then all tables and columns with type and meaning."""
    breaks = {row["series_break"]: row for row in _seed("series_breaks")}
    lines = [
        "# Data dictionary · 자료 사전",
        "",
        f"{_MADE} Lineage: [lineage.md](lineage.md).",
        "",
        "## Indicators · 지표",
        "",
        "`busan-safety query <id>` shows one; the metric of dbt's semantic layer is"
        " `<id>_v<version>`. Direction `context` is never scored.",
        "",
        "| id | version | 이름 / name | 정의 / definition | unit | basis | direction | bounds |"
        " grain, frequency | since | breaks | owner | feeds |",
        "|---" * 13 + "|",
    ]
    lines += [_indicator(row) for row in _seed("indicators")]
    lines += ["", "### Series breaks · 시계열 단절", "", "| break | on | 설명 | meaning |"]
    lines += ["|---|---|---|---|"]
    lines += [
        _row(name, row["broke_on"], row["description_ko"], row["description_en"])
        for name, row in breaks.items()
    ]
    for schema, about in _SCHEMAS.items():
        lines += ["", f"## Schema `{schema}`", "", about]
        for node in in_order(manifest, [schema]):
            lines += _table(node)
    return "\n".join(lines) + "\n"


def lineage(manifest: Manifest) -> str:
    """From every table of marts back to the feeds."""
    tables = in_order(manifest, _SCHEMAS)
    lines = [
        "# Lineage · 자료 계보",
        "",
        f"{_MADE} On the command line: `busan-safety sources --of <table>`. The platform's own"
        " records of deliveries (`ops`), which every fact reads, are left out.",
        "",
        "| table | feeds | reference tables |",
        "|---|---|---|",
    ]
    for node in tables:
        feeds = ", ".join(
            f"[{feed}](feeds/{feed}.md)" if "." not in feed else f"`{feed}`"
            for feed in feeds_of(manifest, node["unique_id"])
        )
        seeds = ", ".join(f"`{seed}`" for seed in seeds_of(manifest, node["unique_id"]))
        lines.append(_row(f"[{node['name']}](#{node['name']})", feeds, seeds))
    for node in tables:
        read = ", ".join(
            f"`{short(manifest, parent)}`" for parent in parents(manifest, node["unique_id"])
        )
        lines += ["", f"## {node['name']}", "", f"Reads {read or 'nothing'}."]
        if feeds_of(manifest, node["unique_id"]):
            lines += ["", "```mermaid", *mermaid(manifest, node["unique_id"]), "```"]
    return "\n".join(lines) + "\n"


def _indicator(row: dict[str, str]) -> str:
    feeds = ", ".join(f"[{feed}](feeds/{feed}.md)" for feed in row["source_ids"].split("|") if feed)
    return _row(
        *(f"`{row['indicator_id']}`", row["definition_version"]),
        f"{row['name_ko']} / {row['name_en']}",
        f"{row['definition_ko']} / {row['definition_en']}",
        *(row["unit"], row["population_basis"], row["direction"]),
        f"{row['min_value']} to {row['max_value']}",
        f"{row['grain'].replace('|', ', ')}; {row['frequency']}",
        *(row["earliest_period"], row["series_breaks"].replace("|", ", ")),
        *(row["owner"], feeds),
    )


def _table(node: dict[str, Any]) -> list[str]:
    return [
        "",
        f"### {node['name']}",
        "",
        " ".join(node["description"].split()),
        "",
        "| column | type | 설명 | meaning |",
        "|---|---|---|---|",
        *(
            _row(f"`{name}`", about.get("data_type") or "", *_languages(about["description"]))
            for name, about in node["columns"].items()
        ),
    ]


def _languages(description: str) -> tuple[str, str]:
    korean, _, english = description.partition(" / ")
    return korean, english


def _row(*cells: str) -> str:
    safe = (" ".join(str(cell).split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(safe)} |"


def _seed(name: str) -> list[dict[str, str]]:
    path = get_settings().seeds_dir / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def parsed_manifest() -> Manifest:
    """Parse the project, without a database, and return its manifest."""
    parse()
    path = workspace("parse", "parse").target_dir / "manifest.json"
    found: Manifest = json.loads(path.read_text("utf-8"))
    return found


def write_pages(folder: Path, manifest: Manifest) -> None:
    """Write every page into `folder`."""
    for name, text in pages(manifest).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]), parsed_manifest())
