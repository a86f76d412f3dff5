"""Verbs that read landed deliveries once more: accept, reload, rotate-key."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from busan_safety.cli.data_verbs import show_batch
from busan_safety.cli.output import (
    BadInput,
    Json,
    VerbFailed,
    print_error,
    print_json,
    print_table,
    screen,
)
from busan_safety.launcher.stack import running_warehouse
from busan_safety.loading import accept_refused, destroy_pseudonym_key, rotate_pseudonym_key
from busan_safety.loading import reload as reload_source
from busan_safety.loading.reloading import NoSuchBatch
from busan_safety.loading.rotation import KeyInUse
from busan_safety.privacy.keys import KeyMissing
from busan_safety.settings import get_settings
from busan_safety.sources import get_source


def accept(
    batch_id: Annotated[int, typer.Argument(help="Number of the refused batch (ops.batch).")],
    as_json: Json = False,
) -> None:
    """Load a delivery that was refused as an implausible change, after looking at it."""
    with running_warehouse(get_settings(), say=lambda line: None):
        try:
            batch = accept_refused(batch_id)
        except NoSuchBatch as error:
            raise BadInput(str(error)) from error
    if as_json:
        print_json(batch)
    else:
        show_batch(batch)


def reload(
    source_id: Annotated[str, typer.Argument(help="A source of `busan-safety sources`.")],
    as_json: Json = False,
) -> None:
    """Read a source's landed deliveries anew, under the registry and aliases as they are now."""
    get_source(source_id)
    with running_warehouse(get_settings(), say=lambda line: None):
        report = reload_source(source_id)
    if as_json:
        print_json(report)
    else:
        rows = [
            [one.batch_id, one.file_name, one.rows_loaded, one.rows_quarantined]
            for one in report.reloaded
        ]
        print_table(["batch", "file", "loaded", "quarantined"], rows)
    _show_refused(report.refused)


def rotate_key(
    destroy: Annotated[
        int | None,
        typer.Option("--destroy", help="Only remove this old version, when nothing carries it."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before destroying.")] = False,
    as_json: Json = False,
) -> None:
    """Make a new key of the pseudonyms and reload every source that has any."""
    if destroy is not None and not yes:
        typer.confirm(
            f"Version {destroy} cannot be had back, and backups that carry it can no longer be "
            "joined. Destroy it?",
            abort=True,
        )
    with running_warehouse(get_settings(), say=lambda line: None):
        if destroy is not None:
            try:
                destroy_pseudonym_key(destroy)
            except (KeyInUse, KeyMissing) as error:
                raise VerbFailed(str(error)) from error
            screen.print(f"Version {destroy} is destroyed.", highlight=False)
            return
        report = rotate_pseudonym_key()
    if as_json:
        print_json(report)
    else:
        screen.print(f"Key version {report.version} is in use.", highlight=False)
        print_table(["source", "batches reloaded"], sorted(report.reloaded.items()))
        print_table(["key version", "batches"], sorted(report.versions_in_use.items()))
    _show_refused(report.refused)


def _show_refused(refused: dict[int, str]) -> None:
    for batch_id, reason in refused.items():
        print_error(f"Batch {batch_id} stays as it was: {reason}")
    if refused:
        sys.exit(1)


VERBS = (accept, reload, rotate_key)
