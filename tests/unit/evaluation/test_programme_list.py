"""The list of programmes and the folder of plans say the same."""

from __future__ import annotations

import csv

import pytest

from busan_safety.evaluation.plans import Plan, load_plans
from busan_safety.settings import ROOT

SEEDS = ROOT / "dbt_project" / "seeds"
WITHOUT_A_PLAN = {"descriptive", "not_planned"}


def rows_of(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


PROGRAMMES = {row["programme_id"]: row for row in rows_of("programmes")}
PLANS: dict[str, list[Plan]] = {}
for plan in load_plans():
    PLANS.setdefault(plan.programme_id, []).append(plan)


def test_every_plan_belongs_to_a_programme_of_the_list() -> None:
    assert PLANS
    assert PLANS.keys() <= PROGRAMMES.keys()


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_a_programme_names_its_plans_and_their_designs(programme: str) -> None:
    row, plans = PROGRAMMES[programme], PLANS.get(programme, [])

    assert row["plan_ids"] == "|".join(plan.plan_id for plan in plans)
    if plans:
        assert row["evaluation_design"] == "|".join(plan.method.name for plan in plans)
        assert row["evaluation_unit"] == plans[0].unit
        assert row["comparison"]
    else:
        assert row["evaluation_design"] in WITHOUT_A_PLAN


@pytest.mark.parametrize(
    "plan", [one for plans in PLANS.values() for one in plans], ids=lambda plan: plan.plan_id
)
def test_indicators_overlaps_and_accepted_breaks_exist(plan: Plan) -> None:
    indicators = {row["indicator_id"] for row in rows_of("indicators")}
    breaks = {row["series_break"] for row in rows_of("series_breaks")}

    assert set(plan.outcome.indicators) <= indicators
    assert {one.series_break for one in plan.outcome.accepted_breaks} <= breaks
    assert {one.programme_id for one in plan.overlaps} <= PROGRAMMES.keys() - {plan.programme_id}


def test_self_selection_is_never_planned_as_an_effect() -> None:
    [plan] = PLANS["happy_home"]

    assert plan.method.name == "self_selected_description"
    assert not plan.is_public


@pytest.mark.parametrize(
    "plan", [one for plans in PLANS.values() for one in plans], ids=lambda plan: plan.plan_id
)
def test_every_plan_says_why_its_result_is_published_or_stays_inside(plan: Plan) -> None:
    assert plan.publication is not None


def test_results_that_found_nothing_are_published_with_those_that_did() -> None:
    public = {plan.plan_id for plans in PLANS.values() for plan in plans if plan.is_public}

    assert public >= {
        "safe_routes_night_calls",
        "prevention_zones_crimes",
        "countdown_timers_accidents",
        "signal_side_lights_accidents",
        "rear_plate_cameras_accidents",
    }
