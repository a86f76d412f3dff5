"""From any model back to the feeds it is made of, over dbt's manifest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Manifest = dict[str, Any]
_FEED = "current_"
_KINDS = ("model", "seed", "snapshot")


class UnknownModel(Exception):
    """No model of the project has this name; the message names similar ones."""


def parents(manifest: Manifest, unique_id: str) -> list[str]:
    """What a node reads itself."""
    node = manifest["nodes"].get(unique_id, {})
    return sorted(node.get("depends_on", {}).get("nodes", []))


def ancestors(manifest: Manifest, unique_id: str) -> set[str]:
    """The node and everything upstream of it."""
    seen: set[str] = set()
    waiting = [unique_id]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += parents(manifest, one)
    return seen


def model_id(manifest: Manifest, name: str) -> str:
    """Unique id of the model, seed or snapshot called `name`. Raises UnknownModel."""
    from busan_safety.connectors.nearest import nearest

    known = {
        node["name"]: unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in _KINDS
    }
    wanted = name.rsplit(".", 1)[-1]
    if wanted not in known:
        like = nearest(wanted, known)
        hint = f" Did you mean {like}?" if like else ""
        raise UnknownModel(f"The warehouse has no table {name!r}.{hint}")
    return str(known[wanted])


def short(manifest: Manifest, unique_id: str) -> str:
    """Name as people know it: a feed by its id, a table by its name."""
    source = manifest["sources"].get(unique_id)
    if source is None:
        return str(manifest["nodes"][unique_id]["name"])
    name = str(source["name"])
    return (
        name.removeprefix(_FEED) if source["source_name"] == "raw" else f"{source['schema']}.{name}"
    )


def feeds_of(manifest: Manifest, unique_id: str) -> list[str]:
    """Source ids of the feeds upstream, in alphabetical order."""
    return _named(manifest, unique_id, kind="source")


def seeds_of(manifest: Manifest, unique_id: str) -> list[str]:
    """Reference tables upstream, in alphabetical order."""
    return _named(manifest, unique_id, kind="seed")


def mermaid(manifest: Manifest, unique_id: str) -> list[str]:
    """Lines of a mermaid flowchart from the feeds to the node; seeds are left out."""
    names = {
        one: short(manifest, one)
        for one in ancestors(manifest, unique_id)
        if not one.startswith("seed.") and not _is_record(manifest, one)
    }
    edges = {
        (names[parent], names[one])
        for one in names
        for parent in parents(manifest, one)
        if parent in names
    }
    feeds = [name for one, name in names.items() if one in manifest["sources"]]
    return [
        "flowchart LR",
        *(f"    {_key(name)}[/{name}/]" for name in sorted(feeds)),
        *(f"    {_key(start)} --> {_key(end)}" for start, end in sorted(edges)),
    ]


def _named(manifest: Manifest, unique_id: str, *, kind: str) -> list[str]:
    return sorted(
        short(manifest, one)
        for one in ancestors(manifest, unique_id)
        if one.startswith(f"{kind}.") and not _is_record(manifest, one)
    )


def _is_record(manifest: Manifest, unique_id: str) -> bool:
    """Whether it is the platform's own record of deliveries, which every model reads."""
    source = manifest["sources"].get(unique_id)
    if source is not None:
        return bool(source["schema"] == "ops")
    return "stg_platform__" in unique_id


def _key(name: str) -> str:
    return name.replace(".", "_")


def in_order(manifest: Manifest, schemas: Iterable[str]) -> list[dict[str, Any]]:
    """Models and snapshots of the given schemas, by schema and name."""
    wanted = list(schemas)
    nodes = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "snapshot"} and node["schema"] in wanted
    ]
    return sorted(nodes, key=lambda node: (wanted.index(node["schema"]), node["name"]))
