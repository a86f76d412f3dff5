"""Rows of `ops` and `quarantine` for one delivery: the batch, its refusals and findings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from busan_safety import __version__
from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.normalise import FINDING_REASONS
from busan_safety.connectors.records import Rejected
from busan_safety.landing import Landed
from busan_safety.loading.drift import write_refused_drift
from busan_safety.loading.report import BatchReport
from busan_safety.loading.stream import RowStream
from busan_safety.settings import get_settings
from busan_safety.sources import Source
from busan_safety.sources.points import POINT_FLAGS

KEPT_FLAGS = frozenset({"total", "unmapped_code"})


@dataclass(frozen=True)
class DeliveryFacts:
    """What is known about a delivery beside its rows.

    offered_period: as the sender or the file's name gives it, finer than `period` at times.
    is_accepted: whether a person has looked at an implausible change and takes it.
    """

    scope_key: str
    period: str | None
    run_id: str | None
    offered_period: str | None = None
    is_accepted: bool = False


def known_delivery(
    connection: psycopg.Connection, source: Source, facts: DeliveryFacts, bytes_sha256: str
) -> BatchReport | None:
    """Return the batch that loaded these very bytes for this period, if any."""
    where = "bytes_sha256 = %s and period is not distinct from %s"
    return _known(connection, source, facts.scope_key, where, [bytes_sha256, facts.period])


def known_content(
    connection: psycopg.Connection,
    source: Source,
    scope_key: str,
    period: str | None,
    content_sha256: str,
) -> BatchReport | None:
    """Return the batch of the same canonical content and period (a re-save in other bytes)."""
    where = "content_sha256 = %s and period is not distinct from %s"
    return _known(connection, source, scope_key, where, [content_sha256, period])


_REPORTED = (
    "batch_id, source_id, scope_key, file_name, period, form_id, encoding, rows_read,"
    " rows_out_of_scope, rows_received, rows_loaded, rows_quarantined, rows_mended, rows_flagged,"
    " partial_reason"
)


def _known(
    connection: psycopg.Connection, source: Source, scope_key: str, where: str, values: list[Any]
) -> BatchReport | None:
    cursor = connection.execute(
        f"select {_REPORTED} from ops.batch where source_id = %s and scope_key = %s"  # noqa: S608
        f" and status = 'loaded' and {where} order by batch_id desc limit 1",
        [source.id, scope_key, *values],
    )
    row = cursor.fetchone()
    if row is None or cursor.description is None:
        return None
    names = [column.name for column in cursor.description]
    return BatchReport(status="duplicate", **dict(zip(names, row, strict=True)))


def record_refusal(
    connection: psycopg.Connection,
    source: Source,
    landed: Landed,
    facts: DeliveryFacts,
    refusal: DeliveryRefused,
) -> None:
    """Write the row of a delivery that was refused whole, once for the same bytes."""
    row = connection.execute(
        """
        insert into ops.batch (source_id, scope_key, period, file_name, landed_path, byte_count,
            bytes_sha256, status, refusal_code, refusal_reason, is_synthetic, run_id, code_version)
        select %(source)s, %(scope)s, %(period)s, %(name)s, %(path)s, %(bytes)s, %(hash)s,
            'refused', %(code)s, %(reason)s, %(synthetic)s, %(run)s, %(version)s
        where not exists (
            select 1 from ops.batch where source_id = %(source)s and scope_key = %(scope)s
            and bytes_sha256 = %(hash)s and status = 'refused' and refusal_reason = %(reason)s)
        returning batch_id
        """,
        {
            **_identity(source, landed, facts),
            "code": refusal.code,
            "reason": str(refusal),
        },
    ).fetchone()
    if row:
        write_refused_drift(connection, source, facts.scope_key, row[0], refusal)


def record_pull(
    connection: psycopg.Connection,
    source_id: str,
    scope_key: str,
    run_id: str | None,
    outcome: str,
    seen: int,
    reports: Sequence[BatchReport],
    message: str,
) -> None:
    """Write what became of one attempt to fetch a feed from one sender, and commit.

    seen: deliveries that the sender offered. reports: of those that were loaded.
    """
    connection.execute(
        "insert into ops.pull (source_id, scope_key, run_id, outcome, batches_loaded,"
        " deliveries_seen, rows_loaded, rows_quarantined, message, finished_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, now())",
        [
            source_id,
            scope_key,
            run_id,
            outcome,
            len(reports),
            seen,
            sum(report.rows_loaded for report in reports),
            sum(report.rows_quarantined for report in reports),
            re.sub(r"\s+", " ", message)[:2000],
        ],
    )
    connection.commit()


def _identity(source: Source, landed: Landed, facts: DeliveryFacts) -> dict[str, Any]:
    return {
        "source": source.id,
        "scope": facts.scope_key,
        "period": facts.period,
        "name": landed.name,
        "path": str(landed.folder.relative_to(get_settings().landing_dir)),
        "bytes": landed.byte_count,
        "hash": landed.bytes_sha256,
        "synthetic": get_settings().is_synthetic,
        "run": facts.run_id,
        "version": __version__,
    }


def open_batch(
    connection: psycopg.Connection,
    source: Source,
    landed: Landed,
    stream: RowStream,
    facts: DeliveryFacts,
) -> int:
    """Insert the batch with counts of zero and return its number; `close_batch` fills it."""
    row = connection.execute(
        """
        insert into ops.batch (source_id, scope_key, period, form_id, file_name, landed_path,
            byte_count, bytes_sha256, encoding, status, is_accepted, is_synthetic, run_id,
            code_version)
        values (%(source)s, %(scope)s, %(period)s, %(form)s, %(name)s, %(path)s, %(bytes)s,
            %(hash)s, %(encoding)s, 'loaded', %(accepted)s, %(synthetic)s, %(run)s, %(version)s)
        returning batch_id
        """,
        {
            **_identity(source, landed, facts),
            "form": stream.form_id,
            "encoding": stream.encoding,
            "accepted": facts.is_accepted,
        },
    ).fetchone()
    if row is None:
        raise LookupError("the database gave no batch number")
    return int(row[0])


def empty_batch(connection: psycopg.Connection, source: Source, batch_id: int) -> None:
    """Remove a batch's rows, refusals and findings, before it is read anew."""
    connection.execute(
        sql.SQL("delete from {} where _batch_id = %s").format(sql.Identifier("raw", source.id)),
        [batch_id],
    )
    connection.execute("delete from quarantine.rejected_row where batch_id = %s", [batch_id])
    connection.execute("delete from quarantine.row_finding where batch_id = %s", [batch_id])


def write_rejected(
    connection: psycopg.Connection, batch_id: int, rejected: Iterable[Rejected]
) -> None:
    """Keep each refused row with its line and reason."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "copy quarantine.rejected_row (batch_id, line, reason_code, reason, column_name,"
            " raw_row) from stdin"
        ) as copy,
    ):
        for row in rejected:
            raw = row.raw.encode("utf-8", "surrogateescape")
            copy.write_row((batch_id, row.line, row.code, row.reason, row.column, raw))


def write_findings(connection: psycopg.Connection, batch_id: int, stream: RowStream) -> None:
    """Keep what normalisers mended or flagged, with the value before and after."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "copy quarantine.row_finding (batch_id, line, rule_id, action, reason, before, after)"
            " from stdin"
        ) as copy,
    ):
        for line, rule_id, column, before, after in stream.counts.findings:
            action = "flag" if rule_id in KEPT_FLAGS else "mend"
            was, now = (
                (None, None) if action == "flag" else (Jsonb({column: v}) for v in (before, after))
            )
            reason = FINDING_REASONS[rule_id]
            copy.write_row((batch_id, line, rule_id, action, reason, was, now))


def close_batch(
    connection: psycopg.Connection,
    batch_id: int,
    *,
    content_sha256: str,
    reference_date: dt.date | None,
    partial_reason: str | None,
    pseudonym_version: int | None,
    counts: dict[str, int],
) -> None:
    """Write the counts, the content's hash and what else is known once a batch is loaded.

    A batch that was loaded before keeps when that was, and says when it was read anew.
    """
    connection.execute(
        """
        update ops.batch set content_sha256 = %(content)s, reference_date = %(date)s,
            rows_read = %(rows_read)s, rows_out_of_scope = %(rows_out_of_scope)s,
            rows_received = %(rows_received)s, rows_loaded = %(rows_loaded)s,
            rows_quarantined = %(rows_quarantined)s, rows_mended = %(rows_mended)s,
            rows_flagged = %(rows_flagged)s, is_partial = %(partial)s::text is not null,
            partial_reason = %(partial)s, pseudonym_version = %(key)s,
            reloaded_at = case when loaded_at is not null then clock_timestamp() end,
            loaded_at = coalesce(loaded_at, now())
        where batch_id = %(batch)s
        """,
        {
            "batch": batch_id,
            "content": content_sha256,
            "date": reference_date,
            "partial": partial_reason,
            "key": pseudonym_version,
            **counts,
        },
    )


def touched_rows(connection: psycopg.Connection, source: Source, batch_id: int) -> tuple[int, int]:
    """(rows mended, rows flagged) of a batch; a row that was both counts in both."""
    touched = connection.execute(
        "select exists (select 1 from quarantine.row_finding where batch_id = %s)", [batch_id]
    ).fetchone()
    if not touched or not touched[0]:
        return (0, 0)
    flagging = [rule.id for rule in source.rules if rule.action == "flag"]
    row = connection.execute(
        sql.SQL(
            "select count(*) filter (where not _flags <@ {flags}),"
            " count(*) filter (where _flags && {flags}) from {table}"
            " where _batch_id = {batch} and _flags is not null"
        ).format(
            flags=sql.Literal([*flagging, *KEPT_FLAGS, *POINT_FLAGS, "duplicate"]),
            table=sql.Identifier("raw", source.id),
            batch=sql.Literal(batch_id),
        )
    ).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def finding_counts(connection: psycopg.Connection, batch_id: int) -> dict[str, int]:
    """Rows by rule that mended or flagged them."""
    rows = connection.execute(
        "select rule_id, count(*) from quarantine.row_finding where batch_id = %s group by 1",
        [batch_id],
    )
    return {rule_id: count for rule_id, count in rows}
