"""Landed deliveries loaded once more: with a new key, a new class, a new alias, or accepted."""

from __future__ import annotations

import psycopg
from psycopg import sql

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.landing import Landed, read_landed
from busan_safety.loading.ops_records import DeliveryFacts
from busan_safety.loading.reading import load_landed
from busan_safety.loading.report import BatchReport, ReloadReport
from busan_safety.settings import get_settings
from busan_safety.sources import Source, get_source
from busan_safety.warehouse import connect


class NoSuchBatch(LookupError):
    """There is no batch of that number in that state."""


def reload(source_id: str, *, pseudonyms_before: int | None = None) -> ReloadReport:
    """Read every loaded batch of a source from its landed bytes anew, under today's registry.

    Each batch keeps its number, its period and what it was current for and when; its rows, its
    refused rows and its counts are made anew, in one transaction a batch. A batch that is refused
    now stays as it was. pseudonyms_before: only batches whose pseudonyms are of an older key.
    """
    source = get_source(source_id)
    reloaded: list[BatchReport] = []
    refused: dict[int, str] = {}
    with connect("loader") as connection:
        for batch_id in _loaded(connection, source_id, pseudonyms_before):
            try:
                reloaded.append(_reload_batch(connection, source, batch_id))
            except (DeliveryRefused, FileNotFoundError) as failure:
                connection.rollback()
                refused[batch_id] = str(failure)
        connection.commit()
        if reloaded:
            # What the rows said before is gone from the table's file, too.
            connection.autocommit = True
            for table in (("raw", source_id), ("quarantine", "rejected_row")):
                connection.execute(sql.SQL("vacuum {}").format(sql.Identifier(*table)))
    return ReloadReport(source_id, reloaded, refused)


def accept_refused(batch_id: int) -> BatchReport:
    """Load a delivery that was refused as an implausible change: a person has looked at it.

    Raises NoSuchBatch, and DeliveryRefused when something else speaks against it.
    """
    with connect("loader") as connection:
        row = connection.execute(
            "select source_id, landed_path, scope_key, period, run_id from ops.batch"
            " where batch_id = %s and status = 'refused' and refusal_code = 'implausible_change'",
            [batch_id],
        ).fetchone()
        if row is None:
            raise NoSuchBatch(f"Batch {batch_id} was not refused as an implausible change.")
        source_id, path, scope_key, period, run_id = row
        facts = DeliveryFacts(scope_key, period, run_id, is_accepted=True)
        return load_landed(connection, get_source(source_id), _landed(path), facts)


def _loaded(
    connection: psycopg.Connection, source_id: str, pseudonyms_before: int | None
) -> list[int]:
    """Loaded batches, those that are current first."""
    rows = connection.execute(
        "select b.batch_id from ops.batch b where b.source_id = %(source)s and b.status = 'loaded'"
        " and (%(key)s::int is null or b.pseudonym_version < %(key)s) order by exists (select 1"
        " from ops.batch_slice s where s.batch_id = b.batch_id and s.superseded_at is null) desc,"
        " b.batch_id",
        {"source": source_id, "key": pseudonyms_before},
    ).fetchall()
    connection.commit()
    return [batch_id for (batch_id,) in rows]


def _reload_batch(connection: psycopg.Connection, source: Source, batch_id: int) -> BatchReport:
    row = connection.execute(
        "select landed_path, scope_key, period, run_id, is_accepted from ops.batch"
        " where batch_id = %s for update",
        [batch_id],
    ).fetchone()
    if row is None:
        raise NoSuchBatch(f"There is no batch {batch_id}.")
    path, scope_key, period, run_id, is_accepted = row
    facts = DeliveryFacts(scope_key, period, run_id, is_accepted=is_accepted)
    return load_landed(connection, source, _landed(path), facts, anew=batch_id)


def _landed(path: str) -> Landed:
    """The delivery in the folder that its batch names."""
    return read_landed(get_settings().landing_dir / path)
