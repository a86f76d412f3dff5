"""What a table's reusers rely on, and whether a new version may keep the table's number.

A column more is additive. A column gone, renamed or of another type, another key or another order
of the columns that were there breaks readers: the table's number must be raised, and both tables
are fed side by side (ADR 23).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from busan_safety.gate.candidate import Candidate
from busan_safety.release.tables import kind_of

Kind = Literal["first", "same", "additive", "incompatible"]


@dataclass(frozen=True)
class ContractChange:
    """How the columns differ from the previous version's; `details` name them."""

    kind: Kind
    details: tuple[str, ...] = ()


def contract_change(previous: dict[str, Any] | None, candidate: Candidate) -> ContractChange:
    """Compare a candidate with the datapackage.json of the version before it."""
    if previous is None:
        return ContractChange("first")
    schema = previous["resources"][0]["schema"]
    before = {field["name"]: field["type"] for field in schema["fields"]}
    now = {column.name: _type(kind_of(column)) for column in candidate.columns}
    broken = [f"{name} is gone" for name in before if name not in now]
    broken += [
        f"{name} was {kind} and is {now[name]}"
        for name, kind in before.items()
        if name in now and now[name] != kind
    ]
    if schema["primaryKey"] != candidate.dataset.key:
        broken.append(f"the key was {', '.join(schema['primaryKey'])}")
    if not broken and [name for name in now if name in before] != list(before):
        broken.append("the columns stand in another order")
    if broken:
        return ContractChange("incompatible", tuple(broken))
    added = tuple(f"{name} is new" for name in now if name not in before)
    return ContractChange("additive", added) if added else ContractChange("same")


def read_package(folder: Path) -> dict[str, Any] | None:
    """The datapackage.json of a version's folder, if it is there."""
    path = folder / "datapackage.json"
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _type(kind: str) -> str:
    return "any" if kind == "json" else kind
