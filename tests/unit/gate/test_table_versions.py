"""Tables of one family: how they are called, and that the one before is still fed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from busan_safety.gate.datasets import DECLARATIONS, read_datasets


def declared(tmp_path: Path, first: dict[str, Any], second: dict[str, Any]) -> Path:
    (lab,) = [one for one in yaml.safe_load(DECLARATIONS.read_text()) if one["id"] == "living_lab"]
    after = {"id": "living_lab_v2", "table_version": 2, "replaces": "living_lab"}
    path = tmp_path / "datasets.yml"
    path.write_text(yaml.safe_dump([lab | first, lab | after | second]), "utf-8")
    return path


def test_both_tables_have_candidates_of_their_own(tmp_path: Path) -> None:
    known = read_datasets(declared(tmp_path, {"fed_until": "2025-12-31"}, {}))

    assert [one.candidate_table for one in known.values()] == [
        "pub_living_lab_v1",
        "pub_living_lab_v2",
    ]
    assert {one.family for one in known.values()} == {"living_lab"}


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({}, {}, "needs the day fed_until"),
        ({"fed_until": "2025-12-31"}, {"replaces": "other"}, "still be fed"),
        (
            {"fed_until": "2025-12-31"},
            {"id": "living_lab_v3", "table_version": 3},
            "must be table version 2",
        ),
        ({}, {"id": "lab_two"}, "ends with _v2"),
    ],
)
def test_a_break_without_the_table_before_is_refused(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        read_datasets(declared(tmp_path, first, second))
