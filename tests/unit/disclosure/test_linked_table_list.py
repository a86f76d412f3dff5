"""The list of published sums names datasets and levels that exist."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from busan_safety.disclosure.policy import DATASETS
from busan_safety.settings import ROOT

GROUPS = yaml.safe_load((ROOT / "expectations" / "linked_tables.yml").read_text("utf-8"))["groups"]
# Levels that a table may group by although its parts are finer.
COARSER = {"month": {"quarter", "half", "year"}, "period": {"quarter", "year"}}


@pytest.mark.parametrize("group", GROUPS, ids=[group["name"] for group in GROUPS])
def test_tables_group_parts_by_levels_that_they_have(group: dict[str, Any]) -> None:
    levels = set(group["parts"]).union(*(COARSER.get(part, set()) for part in group["parts"]))

    assert group["published_in"] in DATASETS
    assert {known["dataset"] for known in group.get("elsewhere", [])} <= set(DATASETS)
    assert group["tables"]
    for by in group["tables"].values():
        assert set(by) <= levels
        assert len(by) == len(set(by))


def test_every_dataset_that_hides_counts_of_its_own_is_listed() -> None:
    assert {"schools_child_safety", "citizen_survey", "programmes_budget"} <= {
        group["published_in"] for group in GROUPS
    }
