"""The disclosure policy is read strictly: what it does not say plainly, it does not say."""

from pathlib import Path

import pytest
import yaml

from busan_safety.disclosure.policy import DATASETS, PolicyRefused, read_policy
from busan_safety.disclosure.tables import TABLES
from busan_safety.settings import ROOT

SHIPPED = ROOT / "expectations" / "disclosure.yml"


@pytest.fixture
def content() -> dict:
    return yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))


def written(folder: Path, content: object) -> Path:
    path = folder / "disclosure.yml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_shipped_policy_hides_one_to_four_in_person_based_classes() -> None:
    policy = read_policy(SHIPPED)

    assert policy.classes["none"].threshold is None
    assert policy.classes["person"].threshold == 5
    assert policy.classes["person_sensitive"].threshold == 5
    assert policy.threshold("policy_effects") == 5


def test_every_indicator_of_the_seed_has_a_class_the_policy_knows() -> None:
    import csv

    policy = read_policy(SHIPPED)
    seed = ROOT / "dbt_project" / "seeds" / "indicators.csv"
    with seed.open(encoding="utf-8", newline="") as lines:
        classes = {row["indicator_id"]: row["suppression_class"] for row in csv.DictReader(lines)}

    assert classes
    assert {name for name, of in classes.items() if of not in policy.classes} == set()
    assert classes["stalking_call_rate"] == "person_sensitive"


@pytest.mark.parametrize("where", ["", "classes.person", "datasets"])
def test_unknown_key_is_refused(tmp_path: Path, content: dict, where: str) -> None:
    part = content
    for step in filter(None, where.split(".")):
        part = part[step]
    part["treshold"] = "none"

    with pytest.raises(PolicyRefused, match="treshold"):
        read_policy(written(tmp_path, content))


@pytest.mark.parametrize("key", ["threshold", "zeros", "owner", "decided_on", "why"])
def test_class_without_all_its_answers_is_refused(tmp_path: Path, content: dict, key: str) -> None:
    del content["classes"]["person"][key]

    with pytest.raises(PolicyRefused, match=f"classes.person.{key}"):
        read_policy(written(tmp_path, content))


@pytest.mark.parametrize("threshold", [0, 1, -5])
def test_threshold_that_hides_nothing_is_refused(
    tmp_path: Path, content: dict, threshold: int
) -> None:
    content["classes"]["person"]["threshold"] = threshold

    with pytest.raises(PolicyRefused, match="threshold"):
        read_policy(written(tmp_path, content))


def test_dataset_without_a_class_is_refused(tmp_path: Path, content: dict) -> None:
    del content["datasets"]["living_lab"]

    with pytest.raises(PolicyRefused, match="no class for dataset living_lab"):
        read_policy(written(tmp_path, content))


def test_dataset_with_an_undeclared_class_is_refused(tmp_path: Path, content: dict) -> None:
    content["datasets"]["living_lab"] = "harmless"

    with pytest.raises(PolicyRefused, match="no class named harmless"):
        read_policy(written(tmp_path, content))


@pytest.mark.parametrize(
    ("dataset", "of"), [("living_lab", "by_indicator"), ("safety_indicators", "person")]
)
def test_only_indicators_are_classed_by_indicator(
    tmp_path: Path, content: dict, dataset: str, of: str
) -> None:
    content["datasets"][dataset] = of

    with pytest.raises(PolicyRefused, match="only safety_indicators"):
        read_policy(written(tmp_path, content))


def test_absent_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyRefused, match="No disclosure policy"):
        read_policy(tmp_path / "disclosure.yml")


def test_file_that_is_not_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "disclosure.yml").write_text("classes: [")

    with pytest.raises(PolicyRefused, match="not YAML"):
        read_policy(tmp_path / "disclosure.yml")


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_disclosed_table_is_keyed_and_documented_in_both_languages(dataset: str) -> None:
    table = TABLES[dataset]
    names = [column.name for column in table.columns]

    assert set(table.key) <= set(names)
    assert len(names) == len(set(names))
    assert all(column.ko and column.en for column in table.columns)
    assert {"value_status", "data_as_of", "is_synthetic"} <= set(names)
