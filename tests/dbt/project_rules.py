"""Rules of the dbt project, as functions from the manifest to a list of offences.

They stand in for dbt-project-evaluator, whose package cannot be fetched everywhere (STYLE, dbt).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from busan_safety.sources import all_sources
from busan_safety.transform.lineage import feeds_of

Manifest = dict[str, Any]
Node = dict[str, Any]

LAYERS = {
    "staging": r"stg_[a-z]+__[a-z0-9_]+",
    "intermediate": r"int_[a-z0-9_]+__[a-z0-9_]+",
    "marts": r"(fct|dim|bridge)_[a-z0-9_]+",
    "published": r"pub_[a-z0-9_]+_v[0-9]+",
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
# Marts are built in this order: a model reads none of a later step.
_STEPS = (
    r"(dim|bridge)_.*",
    r"fct_(?!measures_|indicator_|claim_|programmes|safety_index).*",
    r"fct_measures_.*",
    r"fct_indicator_.*",
    r"fct_(claim_.*|programmes.*|safety_index)",
)
MAX_CHILDREN = 12
# Each exception with its reason; one that no longer applies is an offence of its own.
MANY_CHILDREN = {
    "stg_platform__batches": "says of every fact whether it is synthetic and as of when",
    "stg_platform__batch_slices": "says of every fact which periods were delivered",
    "dim_period": "the calendar of every measure model's grid",
    "dim_district": "the places of every measure model's grid",
    "int_population__averaged": "the denominator of every rate per resident",
}
UNREAD_SOURCES: dict[str, str] = {}
NO_UNIT_TEST = {
    "int_region_crimes__classified": "a join to the class codes; gaps fail its relationships test",
    "int_population__age_bands": "two sums of columns",
    "int_safety_index__scored": "no rows until the standardisation of components is published",
    "int_safety_index__weighted": "rows of the seed; tested with fct_safety_index",
    "fct_measures_crimes": "sums; the rate logic is tested in fct_indicator_value",
    "fct_measures_facilities": "sums; the rate logic is tested in fct_indicator_value",
    "fct_measures_traffic_deaths": "sums; the rate logic is tested in fct_indicator_value",
}
# Dropped in one feed because people write names into it; elsewhere the name is a place's.
_NO_PERSON = {"place_name", "remark"}
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
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed", "snapshot"}
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
    """Every model, seed and snapshot has a primary-key test."""
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


def exposures_on_inner_models(manifest: Manifest) -> list[str]:
    """What the public uses rests on public models alone, says whose it is, and misses none."""
    found, exposed = [], set()
    public = {node["unique_id"] for node in models(manifest) if layer_of(node) == "published"}
    for exposure in manifest["exposures"].values():
        exposed |= set(exposure["depends_on"]["nodes"])
        inner = set(exposure["depends_on"]["nodes"]) - public
        found += [f"{exposure['name']} rests on {one}" for one in sorted(inner)]
        if not (exposure["owner"].get("name") and re.search("[가-힣]", exposure["description"])):
            found.append(f"{exposure['name']}: no owner or no Korean description")
    found += [f"{one} is in no exposure" for one in sorted(public - exposed)]
    return found + [
        f"{node['name']}: access {node['access']} in layer {layer_of(node)}"
        for node in models(manifest)
        if (node["access"] == "public") != (layer_of(node) == "published")
    ]


def personal_columns_shown(manifest: Manifest) -> list[str]:
    """No column of schema marts bears the name of a column that is dropped or made a pseudonym."""
    personal = {
        column.name
        for source in all_sources().values()
        for column in source.columns
        if column.privacy in {"drop", "pseudonymise"}
    } - _NO_PERSON
    return [
        f"{node['name']}.{column}"
        for node in documented(manifest)
        if node["schema"] == "marts"
        for column in node["columns"]
        if column in personal
    ]


def reading_a_later_step(manifest: Manifest) -> list[str]:
    """Dimensions, facts, measures, indicators: none reads a mart of a later step, or itself."""
    found = []
    for node in models(manifest):
        for upstream in node["depends_on"]["nodes"]:
            read = manifest["nodes"].get(upstream)
            both_marts = read and layer_of(node) == layer_of(read) == "marts"
            if both_marts and _step(read) > _step(node):
                found.append(f"{node['name']} reads {read['name']}")
    return found + [f"{name} reads itself in a circle" for name in _circles(manifest)]


def _step(node: Node) -> int:
    return next(i for i, name in enumerate(_STEPS) if re.fullmatch(name, node["name"]))


def _circles(manifest: Manifest) -> list[str]:
    reads = {node["unique_id"]: set(node["depends_on"]["nodes"]) for node in models(manifest)}
    while leaves := {one for one, upstream in reads.items() if not upstream & set(reads)}:
        reads = {one: upstream for one, upstream in reads.items() if one not in leaves}
    return sorted(reads)


def sources_beside_models(manifest: Manifest) -> list[str]:
    """No model joins a source with a model: staging stands between."""
    return [
        node["unique_id"]
        for node in models(manifest)
        if len({one in manifest["sources"] for one in node["depends_on"]["nodes"]}) > 1
    ]


def staging_not_one_to_one(manifest: Manifest) -> list[str]:
    """A staging model reads one source, and a source is read by one staging model."""
    found, readers = [], {}
    for node in models(manifest):
        if layer_of(node) == "staging":
            read = node["depends_on"]["nodes"]
            found += [] if len(read) == 1 else [f"{node['name']} reads {len(read)} sources"]
            for source in read:
                readers.setdefault(source, []).append(node["name"])
    return found + [f"{one} is read by {names}" for one, names in readers.items() if names[1:]]


def unread_sources(manifest: Manifest) -> list[str]:
    """Every source is read, or its exception says why not."""
    read = {one for node in models(manifest) for one in node["depends_on"]["nodes"]}
    names = {node["name"] for one, node in manifest["sources"].items() if one not in read}
    return _against(names, UNREAD_SOURCES, "is read by no model")


def deliveries_of_other_feeds(manifest: Manifest) -> list[str]:
    """Who reads the record of deliveries reads the feed itself, too, and of no other feed.

    A build takes only what is downstream of feeds with new deliveries (`changed_sources`).
    """
    found = []
    for node in models(manifest):
        records = {one for one in node["depends_on"]["nodes"] if ".stg_platform__" in one}
        if not records:
            continue
        feeds = set(feeds_of(manifest, node["unique_id"]))
        named = {one for one in all_sources() if f"'{one}'" in node["raw_code"]}
        found += [f"{node['name']} does not read {one}" for one in sorted(named - feeds)]
        if not feeds:
            found.append(f"{node['name']} reads deliveries and no feed")
    return found


def too_many_children(manifest: Manifest) -> list[str]:
    """No model is read by more than MAX_CHILDREN models, or its exception says why."""
    children: dict[str, int] = {}
    for node in models(manifest):
        for upstream in set(node["depends_on"]["nodes"]) & set(manifest["nodes"]):
            if manifest["nodes"][upstream]["resource_type"] == "model":
                name = manifest["nodes"][upstream]["name"]
                children[name] = children.get(name, 0) + 1
    return [
        f"{name} is read by {count} models"
        for name, count in children.items()
        if count > MAX_CHILDREN and name not in MANY_CHILDREN
    ]


def without_unit_test(manifest: Manifest) -> list[str]:
    """Where numbers are made (intermediate, measures, indicator values) a unit test stands."""
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    names = {
        node["name"]
        for node in models(manifest)
        if re.match(r"int_|fct_measures_|fct_indicator_value", node["name"])
        and node["name"] not in tested
    }
    return _against(names, NO_UNIT_TEST, "has no unit test")


def _against(offenders: set[str], excepted: dict[str, str], what: str) -> list[str]:
    found = [f"{name} {what}" for name in sorted(offenders - set(excepted))]
    return found + [
        f"{name}: its exception is over, take it out" for name in sorted(set(excepted) - offenders)
    ]


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
    exposures_on_inner_models,
    personal_columns_shown,
    reading_a_later_step,
    sources_beside_models,
    staging_not_one_to_one,
    unread_sources,
    deliveries_of_other_feeds,
    too_many_children,
    without_unit_test,
)
