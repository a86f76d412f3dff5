"""A published effect rests on no feed that its dataset does not name."""

from __future__ import annotations

from typing import Any

import pytest

from busan_safety.evaluation.plans import load_plans
from busan_safety.gate import all_datasets
from busan_safety.release import behind

EFFECTS = behind.Relation("evaluation.fct_policy_effect", 1, {}, (), ())
PUBLIC = [plan.plan_id for plan in load_plans() if plan.is_public]


@pytest.mark.parametrize("plan_id", PUBLIC)
def test_the_dataset_names_the_feeds_of_every_public_plan(
    manifest: dict[str, Any], plan_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "_manifest", lambda: manifest)
    dataset = all_datasets()["policy_effects"]

    found = behind.feeds_behind(dataset, {"plan_id": plan_id}, (EFFECTS,))

    assert found.lineage, "the plan's own tables are known, not only what the dataset says"
    assert set(found.feeds) <= set(dataset.source_ids)
