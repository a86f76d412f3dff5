"""A plan says beforehand what it compares, or it is refused; its hash is that of its content."""

from pathlib import Path

import pytest
import yaml

from busan_safety.evaluation.plans import Plan, PlanRefused, load_plans, read_plan
from busan_safety.evaluation.plans.model import PLANS_DIR

SHIPPED = PLANS_DIR / "safe_routes_night_calls.yml"


def written(folder: Path, content: object, name: str = "plan.yml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def content() -> dict:
    return yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))


def test_shipped_plans_are_read() -> None:
    plans = {plan.plan_id: plan for plan in load_plans()}

    assert plans["safe_routes_night_calls"].programme_id == "safe_routes"
    assert plans["safe_routes_night_calls"].maryland_scale == 3


@pytest.mark.parametrize("part", ["dates", "comparison"])
def test_plan_without_dates_or_comparison_is_refused_by_name(
    tmp_path: Path, content: dict, part: str
) -> None:
    del content[part]

    with pytest.raises(PlanRefused, match=f"plan.yml has no {part}"):
        read_plan(written(tmp_path, content))


@pytest.mark.parametrize(
    ("section", "key", "value", "says"),
    [
        ("dates", "study_from", "2023-01-15", "first day of a month"),
        ("dates", "study_to", "2022-12-31", "before study_to"),
        ("dates", "minimum_window_months", 13, "at most window_months"),
        ("dates", "window_month", 12, "window_month"),
        ("dates", "window_months", None, "needs it"),
        ("dates", "interruption", "2023-05-02", "first day of a month"),
        ("dates", "interruption", "2026-05-01", "inside the study period"),
        ("outcome", "measure", "night_calls_by_street", "no query of this name"),
        ("comparison", "group", "own_past", "compares with units_without_works"),
        ("method", "name", "eyeballing", "eyeballing"),
        ("method", "minimum_events_per_cell", 4, "minimum_events_per_cell"),
        ("comparison", "group", "whoever_volunteered", "comparison.group"),
    ],
)
def test_inconsistent_plan_is_refused_with_the_place(
    tmp_path: Path, content: dict, section: str, key: str, value: object, says: str
) -> None:
    content[section][key] = value

    with pytest.raises(PlanRefused, match=says):
        read_plan(written(tmp_path, content))


@pytest.mark.parametrize("grade", [2, 5])
def test_grade_must_fit_a_comparison_without_random_assignment(
    tmp_path: Path, content: dict, grade: int
) -> None:
    content["maryland_scale"] = grade

    with pytest.raises(PlanRefused, match="maryland_scale"):
        read_plan(written(tmp_path, content))


@pytest.mark.parametrize("text", ["- a list", "", "a: [unclosed"])
def test_file_that_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.yml").write_text(text)

    with pytest.raises(PlanRefused):
        read_plan(tmp_path / "plan.yml")


def test_plan_id_is_used_once(tmp_path: Path, content: dict) -> None:
    written(tmp_path, content, "a.yml")
    written(tmp_path, content, "b.yml")

    with pytest.raises(PlanRefused, match="used twice"):
        load_plans(tmp_path)


def test_layout_does_not_change_the_hash_but_content_does(tmp_path: Path, content: dict) -> None:
    def hash_of(of: dict, name: str) -> str:
        plan: Plan = read_plan(written(tmp_path, of, name))
        return plan.plan_hash

    original = read_plan(SHIPPED).plan_hash
    reordered = dict(reversed(content.items()))
    moved = {**content, "dates": {**content["dates"], "window_months": 11}}

    assert hash_of(reordered, "reordered.yml") == original
    assert hash_of(moved, "moved.yml") != original
