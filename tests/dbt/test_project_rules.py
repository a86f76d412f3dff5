from __future__ import annotations

import copy
import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from project_rules import (
    MAX_CHILDREN,
    RULES,
    deliveries_of_other_feeds,
    exposures_on_inner_models,
    hard_coded_relations,
    misnamed,
    models,
    other_road_to_publication,
    personal_columns_shown,
    reading_a_later_step,
    sources_beside_models,
    staging_not_one_to_one,
    too_many_children,
    undescribed,
    unread_sources,
    without_contract,
    without_grain,
    without_korean_or_english,
    without_primary_key_test,
    without_relationships,
    without_unit_test,
    wrong_layering,
)

from busan_safety.gate import all_datasets
from busan_safety.settings import get_settings
from busan_safety.transform import BuildFailed, parse
from busan_safety.transform.lineage import UnknownModel, feeds_of, model_id
from busan_safety.transform.metric_file import metric_file, metric_name, metrics
from busan_safety.transform.reference_pages import pages
from busan_safety.transform.source_file import declaration, source_file

Manifest = dict[str, Any]
INDICATORS = "model.busan_safety.fct_indicator_value"
CANDIDATE = "model.busan_safety.pub_safety_indicators_v1"
CALLS = "model.busan_safety.stg_police__calls_112"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(
    manifest: Manifest, rule: Callable[[Manifest], list[str]]
) -> None:
    assert rule(manifest) == []


def test_the_project_has_the_models_of_the_contract(manifest: Manifest) -> None:
    by_layer: dict[str, int] = {}
    for node in models(manifest):
        layer = node["fqn"][1]
        by_layer[layer] = by_layer.get(layer, 0) + 1

    assert set(by_layer) == {"staging", "intermediate", "marts", "published"}
    assert by_layer["published"] == len(all_datasets())


def test_sources_are_the_registry() -> None:
    kept = source_file().read_text("utf-8")
    assert kept == declaration(), "run: python -m busan_safety.transform.source_file"


def test_metrics_are_the_declared_indicators(manifest: Manifest) -> None:
    kept = metric_file().read_text("utf-8")
    assert kept == metrics(), "run: python -m busan_safety.transform.metric_file"
    with (get_settings().seeds_dir / "indicators.csv").open(encoding="utf-8", newline="") as lines:
        declared = {
            metric_name(row["indicator_id"], row["definition_version"])
            for row in csv.DictReader(lines)
        }
    made = {one["name"] for one in manifest["metrics"].values() if one["type"] == "derived"}
    assert made == declared


@pytest.mark.parametrize("name", ["dictionary.md", "lineage.md"])
def test_reference_pages_are_the_manifest(manifest: Manifest, name: str) -> None:
    kept = (get_settings().root / "docs" / "reference" / name).read_text("utf-8")
    assert kept == pages(manifest)[name], "run: make generated"


def test_a_mart_leads_back_to_its_feeds(manifest: Manifest) -> None:
    assert feeds_of(manifest, model_id(manifest, "marts.fct_112_calls")) == ["police_112_calls"]
    assert {"police_112_calls", "city_population"} <= set(
        feeds_of(manifest, model_id(manifest, "fct_indicator_value"))
    )
    with pytest.raises(UnknownModel, match="Did you mean fct_112_calls"):
        model_id(manifest, "fct_112_cals")


def _attached(manifest: Manifest, node: str, test: str) -> str:
    [found] = [
        unique_id
        for unique_id, about in manifest["nodes"].items()
        if about.get("attached_node") == node and about["test_metadata"]["name"] == test
    ]
    return found


def _column(manifest: Manifest) -> dict[str, Any]:
    found: dict[str, Any] = manifest["nodes"][INDICATORS]["columns"]["value"]
    return found


def _break_description(manifest: Manifest) -> None:
    _column(manifest)["description"] = " "


def _break_languages(manifest: Manifest) -> None:
    _column(manifest)["description"] = "Value of the indicator"


def _break_grain(manifest: Manifest) -> None:
    manifest["nodes"][INDICATORS]["description"] = "Values of indicators."


def _break_primary_key(manifest: Manifest) -> None:
    del manifest["nodes"][_attached(manifest, INDICATORS, "primary_key")]


def _break_contract(manifest: Manifest) -> None:
    manifest["nodes"][INDICATORS]["config"]["contract"]["enforced"] = False


def _break_layering(manifest: Manifest) -> None:
    manifest["nodes"][CALLS]["depends_on"]["nodes"].append(INDICATORS)


def _break_publication(manifest: Manifest) -> None:
    manifest["nodes"][CANDIDATE]["depends_on"]["nodes"].append(
        "source.busan_safety.raw.current_police_112_calls"
    )


def _break_references(manifest: Manifest) -> None:
    manifest["nodes"][CANDIDATE]["raw_code"] = "select * from\n  marts.fct_indicator_value"


def _break_name(manifest: Manifest) -> None:
    manifest["nodes"][CANDIDATE]["name"] = "safety_indicators"


def _break_relationship(manifest: Manifest) -> None:
    del manifest["nodes"][_attached(manifest, INDICATORS, "relationships")]


def _break_exposure(manifest: Manifest) -> None:
    manifest["exposures"]["exposure.busan_safety.portal"]["depends_on"]["nodes"].append(INDICATORS)


def _break_access(manifest: Manifest) -> None:
    manifest["nodes"][INDICATORS]["access"] = "public"


def _break_exposed(manifest: Manifest) -> None:
    for name in ("living_lab", "portal"):
        nodes = manifest["exposures"][f"exposure.busan_safety.{name}"]["depends_on"]["nodes"]
        nodes.remove("model.busan_safety.pub_living_lab_v1")


def _break_privacy(manifest: Manifest) -> None:
    manifest["nodes"][INDICATORS]["columns"]["person_id"] = _column(manifest)


def _break_steps(manifest: Manifest) -> None:
    manifest["nodes"]["model.busan_safety.dim_period"]["depends_on"]["nodes"].append(INDICATORS)


def _break_circle(manifest: Manifest) -> None:
    measures = manifest["nodes"]["model.busan_safety.fct_indicator_measures"]
    measures["depends_on"]["nodes"].append(INDICATORS)


def _break_mix(manifest: Manifest) -> None:
    manifest["nodes"][INDICATORS]["depends_on"]["nodes"].append(
        "source.busan_safety.raw.current_police_112_calls"
    )


def _break_staging(manifest: Manifest) -> None:
    manifest["nodes"][CALLS]["depends_on"]["nodes"].append(
        "source.busan_safety.raw.current_education_schools"
    )


def _break_reading(manifest: Manifest) -> None:
    manifest["nodes"][CALLS]["depends_on"]["nodes"].clear()


def _break_deliveries(manifest: Manifest) -> None:
    measures = manifest["nodes"]["model.busan_safety.fct_measures_ordinances"]
    measures["raw_code"] += "where source_id = 'police_112_calls'"


def _break_exception(manifest: Manifest) -> None:
    # A model that has a test now: its exception is over.
    manifest["unit_tests"]["new"] = {"model": "fct_measures_crimes"}


def _break_children(manifest: Manifest) -> None:
    for number in range(MAX_CHILDREN + 1):
        child = copy.deepcopy(manifest["nodes"][INDICATORS])
        child["depends_on"]["nodes"] = [CALLS]
        manifest["nodes"][f"model.busan_safety.fct_child_{number}"] = child


def _break_unit_test(manifest: Manifest) -> None:
    manifest["unit_tests"].clear()


@pytest.mark.parametrize(
    ("rule", "damage"),
    [
        (undescribed, _break_description),
        (without_korean_or_english, _break_languages),
        (without_grain, _break_grain),
        (without_primary_key_test, _break_primary_key),
        (without_contract, _break_contract),
        (wrong_layering, _break_layering),
        (other_road_to_publication, _break_publication),
        (hard_coded_relations, _break_references),
        (misnamed, _break_name),
        (without_relationships, _break_relationship),
        (exposures_on_inner_models, _break_exposure),
        (exposures_on_inner_models, _break_access),
        (exposures_on_inner_models, _break_exposed),
        (personal_columns_shown, _break_privacy),
        (reading_a_later_step, _break_steps),
        (reading_a_later_step, _break_circle),
        (sources_beside_models, _break_mix),
        (staging_not_one_to_one, _break_staging),
        (unread_sources, _break_reading),
        (deliveries_of_other_feeds, _break_deliveries),
        (without_unit_test, _break_exception),
        (too_many_children, _break_children),
        (without_unit_test, _break_unit_test),
    ],
)
def test_the_rule_finds_its_offence(
    manifest: Manifest,
    rule: Callable[[Manifest], list[str]],
    damage: Callable[[Manifest], None],
) -> None:
    damaged = copy.deepcopy(manifest)

    damage(damaged)

    assert rule(damaged) != []


def test_every_rule_has_its_offence() -> None:
    assert len(RULES) == 19


@pytest.fixture
def copied_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Point the settings at a copy of the project that a test may damage."""
    shutil.copytree(get_settings().dbt_dir, tmp_path / "dbt_project")
    monkeypatch.setenv("BUSAN_ROOT", str(tmp_path))
    monkeypatch.setenv("BUSAN_VAR_DIR", str(tmp_path / "var"))
    get_settings.cache_clear()
    yield tmp_path / "dbt_project"
    monkeypatch.undo()
    get_settings.cache_clear()


def test_a_project_that_dbt_warns_of_is_refused(copied_project: Path) -> None:
    with (copied_project / "dbt_project.yml").open("a") as project:
        project.write("\nsnapshots:\n  busan_safety:\n    nowhere:\n      +enabled: true\n")

    with pytest.raises(BuildFailed, match="parse"):
        parse(warnings_are_errors=True)
