"""The verb `trace`: from a published number back to landed bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text
from rich.tree import Tree

from busan_safety.cli.output import BadInput, Json, print_json, screen
from busan_safety.launcher.stack import running_warehouse
from busan_safety.settings import get_settings

if TYPE_CHECKING:
    from busan_safety.release.delivered import DeliveredFeed
    from busan_safety.release.trace import Trace

_SHOWN = 4


def trace(
    dataset: Annotated[str, typer.Argument(help="A published dataset.")],
    key: Annotated[
        list[str] | None,
        typer.Argument(help="column=value, as in the CSV; as many as make the row unique."),
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", help="Version (default: the newest that stands).")
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", help="The column whose value is asked about.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Walk one published row back: gate, disclosed row, marts, feeds, batches, landed files.

    Example: `busan-safety trace safety_indicators indicator_id=theft_rate place_code=26110
    period_start=2024-01-01 --column value`.
    """
    from busan_safety.gate import UnknownDataset
    from busan_safety.release.trace import UntraceableKey
    from busan_safety.release.trace import trace as walk_back

    wanted = dict(_pair(one) for one in key or ())
    with running_warehouse(get_settings(), say=lambda line: None):
        try:
            found = walk_back(dataset, wanted, version=version, column=column)
        except (UnknownDataset, UntraceableKey) as error:
            raise BadInput(str(error)) from error
    if as_json:
        print_json(found)
    else:
        screen.print(as_tree(found), highlight=False)


def as_tree(found: Trace) -> Tree:
    """The trace as people read it: each step, long lists cut with their count."""
    shown = found.column or "value_status"
    mark = " (합성 데이터 / synthetic)" if found.is_synthetic else ""
    root = Tree(Text(f"{found.dataset} {found.version}{mark}", style="bold"))
    key = "  ".join(f"{name}={value}" for name, value in found.key.items())
    released = root.add(Text(f"released: {found.file}, row {found.row_number}"))
    released.add(Text(key))
    released.add(Text(f"{shown} = {found.row.get(shown, '') or '(empty)'}", style="bold"))
    _add_gate(root, found)
    _add_warehouse(root, found)
    for feed in found.feeds:
        _add_feed(root, feed)
    return root


def _add_gate(root: Tree, found: Trace) -> None:
    if found.gate is None:
        root.add(Text("gate: the decision is not recorded", style="red"))
        return
    gate = root.add(
        Text(f"gate: decision {found.gate.decision_id}, {found.gate.decision}", style="bold")
    )
    gate.add(Text(f"candidate {found.candidate_fingerprint}"))
    gate.add(Text(f"by {found.gate.decided_by} at {found.gate.decided_at}"))
    for check in found.gate.checks_not_held:
        gate.add(Text(f"did not hold: {check}", style="yellow"))


def _add_warehouse(root: Tree, found: Trace) -> None:
    held = found.disclosed
    state = "as released"
    if not held.row_count:
        state = "no longer there"
    elif held.differs_in:
        state = f"has moved on since in {', '.join(held.differs_in)}"
    root.add(Text(f"{held.table}: {state}"))
    for relation in found.relations:
        by = ", ".join(relation.matched_by) or "no column of the key"
        branch = root.add(Text(f"{relation.name}: {relation.row_count:,} rows by {by}"))
        for row in relation.rows:
            numbers = ("numerator", "denominator", "value", "measured_value", "estimate")
            said = [f"{name}={row[name]}" for name in numbers if row.get(name)]
            if said:
                branch.add(Text("  ".join(said)))
        for measure in relation.measures:
            branch.add(Text(f"measured in {measure}"))
    lineage = root.add(Text(f"dbt: {len(found.lineage)} models", style="bold"))
    for line in found.lineage:
        lineage.add(Text(line))


def _add_feed(root: Tree, feed: DeliveredFeed) -> None:
    narrowed = " of this period and place" if feed.is_narrowed else ""
    branch = root.add(
        Text(f"{feed.source_id}: {len(feed.deliveries):,} deliveries{narrowed}", style="bold")
    )
    branch.add(Text(f"{feed.publisher}, {feed.title}"))
    for one in feed.deliveries[:_SHOWN]:
        batch = branch.add(
            Text(
                f"batch {one.batch_id} from {one.sender}, received {one.received_at}: "
                f"{one.rows_loaded:,} rows loaded, {one.rows_quarantined:,} quarantined"
            )
        )
        for file in one.files:
            state = "" if file.is_intact else "  BYTES DIFFER OR ARE GONE"
            batch.add(Text(f"{file.path}  {file.byte_count:,} bytes  sha256 {file.sha256}{state}"))
    if len(feed.deliveries) > _SHOWN:
        branch.add(Text(f"… and {len(feed.deliveries) - _SHOWN:,} more (--json has all)"))


def _below_landing(path: Path) -> str:
    landing = get_settings().landing_dir
    return str(path.relative_to(landing.parent)) if path.is_relative_to(landing) else str(path)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput(f"{text!r} is not column=value, as in place_code=26110.")
    return name, value


VERBS = (trace,)
