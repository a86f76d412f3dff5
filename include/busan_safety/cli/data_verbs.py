"""Verbs about data that come in: sources, ingest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from busan_safety.cli.output import (
    BadInput,
    Json,
    print_json,
    print_table,
    screen,
)
from busan_safety.launcher.stack import running_warehouse
from busan_safety.loading import BatchReport, ingest_file
from busan_safety.loading import unmapped as unmapped_names
from busan_safety.settings import get_settings
from busan_safety.sources import all_sources, get_source


def sources(
    unmapped: Annotated[
        bool,
        typer.Option("--unmapped", help="What deliveries held that nobody knows, and what to do."),
    ] = False,
    of: Annotated[
        str | None, typer.Option("--of", help="The feeds that this table of the warehouse is of.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the registered sources, or the headers and spellings that none of them knows."""
    if of is not None:
        _show_feeds_of(of, as_json)
        return
    if unmapped:
        _show_unmapped(as_json)
        return
    known = all_sources().values()
    if as_json:
        print_json([one.model_dump(mode="json", by_alias=True) for one in known])
        return
    rows = [
        [one.id, one.agency, one.transport.kind, one.cadence, one.licence, one.title.ko]
        for one in known
    ]
    print_table(["source", "agency", "transport", "cadence", "licence", "title"], rows)


def ingest(
    source_id: Annotated[str, typer.Argument(help="A source of `busan-safety sources`.")],
    file: Annotated[Path, typer.Option("--file", help="The downloaded file.")],
    period: Annotated[
        str | None, typer.Option("--period", help="Its period where the name does not say it.")
    ] = None,
    scope: Annotated[
        str | None, typer.Option("--scope", help="District code, for a district's own list.")
    ] = None,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Take it although its number of rows is implausible."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Take a downloaded file through landing, checks, raw and quarantine."""
    get_source(source_id)
    if not file.is_file():
        what = "is a folder; give one file" if file.is_dir() else "does not exist"
        raise BadInput(f"{file} {what}.")
    with running_warehouse(get_settings(), say=lambda line: None):
        batch = ingest_file(source_id, file, period=period, scope=scope, accept=accept)
    if as_json:
        print_json(batch)
    else:
        show_batch(batch)


def _show_feeds_of(table: str, as_json: bool) -> None:
    from busan_safety.transform.lineage import UnknownModel, feeds_of, model_id
    from busan_safety.transform.reference_pages import parsed_manifest

    manifest = parsed_manifest()
    try:
        feeds = feeds_of(manifest, model_id(manifest, table))
    except UnknownModel as error:
        raise BadInput(str(error)) from error
    if as_json:
        print_json(feeds)
        return
    known = all_sources()
    print_table(
        ["feed", "agency", "title"],
        [
            [feed, known[feed].agency, known[feed].title.ko] if feed in known else [feed, "", ""]
            for feed in feeds
        ],
    )


def _show_unmapped(as_json: bool) -> None:
    with running_warehouse(get_settings(), say=lambda line: None):
        found = unmapped_names()
    if as_json:
        print_json(found)
        return
    for one in found:
        screen.print(one.sentence, highlight=False, markup=False, soft_wrap=True)
    if not found:
        screen.print("Every header and spelling of the latest deliveries is known.")


def show_batch(batch: BatchReport) -> None:
    """Print what became of one delivery."""
    heading = f"Batch {batch.batch_id} of {batch.source_id}: {batch.status} ({batch.file_name})"
    screen.print(heading, style="bold", highlight=False)
    print_table(
        ["read", "out of scope", "received", "loaded", "quarantined", "mended", "flagged"],
        [
            [
                *(batch.rows_read, batch.rows_out_of_scope, batch.rows_received),
                *(batch.rows_loaded, batch.rows_quarantined, batch.rows_mended),
                batch.rows_flagged,
            ]
        ],
    )
    if batch.reasons:
        print_table(["reason", "rows"], sorted(batch.reasons.items()))
    if batch.period:
        screen.print(f"Period: {batch.period}", highlight=False)
    for note in batch.notes:
        screen.print(note, style="yellow", highlight=False)
    if batch.status == "duplicate":
        screen.print("The same content is loaded already; nothing changed.", highlight=False)
    for replaced, rows in batch.replaces.items():
        fewer = " Fewer rows than before: look again." if batch.rows_loaded < rows else ""
        screen.print(
            f"Replaces batch {replaced} ({rows:,} rows) where they overlap.{fewer}",
            highlight=False,
        )
    if get_settings().is_synthetic:
        screen.print(
            "This deployment is a sandbox: what it publishes is marked synthetic.",
            highlight=False,
        )


VERBS = (sources, ingest)
