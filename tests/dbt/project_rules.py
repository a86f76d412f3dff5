"""Rules of the dbt project, as functions from the manifest to a list of offences.

They stand in for dbt-project-evaluator, whose package cannot be fetched everywhere (STYLE, dbt).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Manifest = dict[str, Any]
Node = dict[str, Any]

LAYERS = {
    "staging": r"stg_[a-z]+__[a-z0-9_]+",
    "intermediate": r"int_[a-z0-9_]+__[a-z0-9_]+",
    "marts": r"(fct|dim|bridge)_[a-z0-9_]+",
    "published": r"pub_[a-z_]+_v[0-9]+",
}
_MAY_READ = {
    "staging": {"source"},
    "intermediate": {"seed", "staging", "intermediate"},
    "marts": {"seed", "staging", "intermediate", "marts"},
    "published": {"source"},
}
_SCHEMAS = "raw|ops|reference|staging|intermediate|marts|evaluation|disclosed|published"
_HARD_CODED = re.compile(rf"\b(?:from|join)\s+(?:{_SCHEMAS})[a-z_]*\.", re.IGNORECASE)
FOREIGN_KEYS = {
    "district_code",
    "dong_code",
    "station_code",
    "crime_class_code",
    "indicator_id",
    "programme_id",
}
# One scan of the large fact instead of one per key: tests/calls_carry_known_codes.sql.
_CHECKED_ELSEWHERE = {"fct_112_calls"}


def layer_of(node: Node) -> str:
    """Return the folder below models/ for a model, `seed` or `source` for the others."""
    kind: str = node["resource_type"]
    if kind != "model":
        return kind
    return str(node["fqn"][1])


def models(manifest: Manifest) -> Iterator[Node]:
    """All models."""
    return (node for node in manifest["nodes"].values() if node["resource_type"] == "model")


def documented(manifest: Manifest) -> Iterator[Node]:
    """Everything that people read about: models, seeds and sources."""
    yield from (
        node for node in manifest["nodes"].values() if node["resource_type"] in {"model", "seed"}
    )
    yield from manifest["sources"].values()


def tests_of(manifest: Manifest, node: Node, name: str) -> list[Node]:
    """Generic tests called `name` that are attached to a node."""
    return [
        test
        for test in manifest["nodes"].values()
        if test["resource_type"] == "test"
        and test.get("attached_node") == node["unique_id"]
        and (test.get("test_metadata") or {}).get("name") == name
    ]


def undescribed(manifest: Manifest) -> list[str]:
    """Every model, seed, source and column has a description."""
    found = [node["unique_id"] for node in documented(manifest) if not node["description"].strip()]
    return found + [
        f"{node['unique_id']}.{column}"
        for node in documented(manifest)
        for column, about in node["columns"].items()
        if not about["description"].strip()
    ]


def without_korean_or_english(manifest: Manifest) -> list[str]:
    """Descriptions of columns say it in Korean and in English."""
    return [
        f"{node['unique_id']}.{column}"
        for node in documented(manifest)
        for column, about in node["columns"].items()
        if not (
            re.search("[가-힣]", about["description"])
            and re.search("[A-Za-z]{3}", about["description"])
        )
    ]


def without_grain(manifest: Manifest) -> list[str]:
    """The first sentence of a model's or seed's description is its grain."""
    return [
        node["unique_id"]
        for node in documented(manifest)
        if node["resource_type"] != "source" and not node["description"].startswith("One row per ")
    ]


def without_primary_key_test(manifest: Manifest) -> list[str]:
    """Every model and seed has a primary-key test."""
    return [
        node["unique_id"]
        for node in documented(manifest)
        if node["resource_type"] != "source" and not tests_of(manifest, node, "primary_key")
    ]


def without_contract(manifest: Manifest) -> list[str]:
    """Marts and published models enforce a contract: typed columns and a primary key."""
    return [
        node["unique_id"]
        for node in models(manifest)
        if layer_of(node) in {"marts", "published"}
        and not (
            node["config"]["contract"]["enforced"]
            and any(rule["type"] == "primary_key" for rule in node["constraints"])
            and all(column["data_type"] for column in node["columns"].values())
        )
    ]


def wrong_layering(manifest: Manifest) -> list[str]:
    """A model reads only from the layers before it; only staging and published read sources."""
    known = {**manifest["nodes"], **manifest["sources"]}
    return [
        f"{node['unique_id']} reads {upstream}"
        for node in models(manifest)
        for upstream in node["depends_on"]["nodes"]
        if layer_of(known[upstream]) not in _MAY_READ[layer_of(node)]
    ]


def other_road_to_publication(manifest: Manifest) -> list[str]:
    """Published models read schema `disclosed` and nothing else; nothing else reads it."""
    return [
        f"{node['unique_id']} reads {upstream}"
        for node in models(manifest)
        for upstream in node["depends_on"]["nodes"]
        if upstream in manifest["sources"]
        and (layer_of(node) == "published")
        != (manifest["sources"][upstream]["schema"] == "disclosed")
    ]


def hard_coded_relations(manifest: Manifest) -> list[str]:
    """Relations are named by ref() and source() only."""
    return [
        node["unique_id"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "test"} and _HARD_CODED.search(node["raw_code"] or "")
    ]


def misnamed(manifest: Manifest) -> list[str]:
    """Names follow the layer, and each model has one yml of its own name beside it."""
    found = []
    for node in models(manifest):
        name, path = node["name"], node["original_file_path"]
        properties = (node["patch_path"] or "").removeprefix(f"{node['package_name']}://")
        if not re.fullmatch(LAYERS[layer_of(node)], name):
            found.append(f"{name}: not a name of layer {layer_of(node)}")
        if properties != path.removesuffix(".sql") + ".yml":
            found.append(f"{name}: described in {properties or 'no file'}")
    return found


def without_relationships(manifest: Manifest) -> list[str]:
    """Every foreign key of a fact or bridge has a relationships test."""
    found = []
    for node in models(manifest):
        if not node["name"].startswith(("fct_", "bridge_")) or node["name"] in _CHECKED_ELSEWHERE:
            continue
        checked = {
            test["column_name"]
            for test in manifest["nodes"].values()
            if test["resource_type"] == "test"
            and test.get("attached_node") == node["unique_id"]
            and (test.get("test_metadata") or {}).get("name") == "relationships"
        }
        keys = FOREIGN_KEYS & set(node["columns"])
        found += [f"{node['name']}.{key}" for key in sorted(keys - checked)]
    return found


RULES = (
    undescribed,
    without_korean_or_english,
    without_grain,
    without_primary_key_test,
    without_contract,
    wrong_layering,
    other_road_to_publication,
    hard_coded_relations,
    misnamed,
    without_relationships,
)
