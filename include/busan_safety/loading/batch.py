"""One delivery in one transaction: copy, refuse, mend, account, and take over its slices."""

from __future__ import annotations

import re
from collections import Counter

import psycopg
from psycopg import sql

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.records import Rejected
from busan_safety.landing import Landed
from busan_safety.loading.ops_records import (
    KEPT_FLAGS,
    DeliveryFacts,
    close_batch,
    finding_counts,
    known_content,
    open_batch,
    replaced_batches,
    take_slices,
    write_findings,
    write_rejected,
)
from busan_safety.loading.prefetch import Prefetch
from busan_safety.loading.report import BatchReport
from busan_safety.loading.rules import apply_rules
from busan_safety.loading.stream import RowStream
from busan_safety.sources import Source

_SKIPPED = re.compile(
    r'at line (?P<line>\d+) for column "(?P<column>[^"]+)"(?:: (?P<value>.*))?$', re.DOTALL
)


class AccountingError(RuntimeError):
    """Rows received differ from rows loaded and quarantined: a defect of ours, nothing is kept."""


def load_batch(
    connection: psycopg.Connection,
    source: Source,
    landed: Landed,
    stream: RowStream,
    facts: DeliveryFacts,
) -> BatchReport:
    """Load one landed delivery; the caller commits.

    Returns a report with status `duplicate`, and loads nothing, when the same content is loaded
    already. Raises DeliveryRefused when no row or too few rows can be loaded.
    """
    batch_id = open_batch(connection, source, landed, stream, facts)
    skipped = _copy(connection, source, stream, batch_id)
    content = stream.counts.content.hexdigest()
    if known := known_content(connection, source, facts.scope_key, facts.period, content):
        return known
    outcome = apply_rules(connection, source, batch_id, direct=stream.copy_format == "csv")
    removed = outcome.removed
    originals = stream.rows_of_lines({row.line for row in removed}) if removed else {}
    rejected = [
        *stream.counts.rejected,
        *skipped,
        *(
            Rejected(row.line, row.code, row.reason, row.column, originals.get(row.line, ""))
            for row in removed
        ),
    ]
    write_rejected(connection, batch_id, rejected)
    write_findings(connection, batch_id, stream)
    counts = _account(connection, source, batch_id, stream, len(rejected), outcome.rows_loaded)
    if counts["rows_loaded"] == 0:
        reasons = Counter(row.code for row in rejected)
        raise DeliveryRefused(
            "no_loadable_row",
            f"None of the {counts['rows_received']:,} rows can be loaded "
            f"({', '.join(f'{code}: {n:,}' for code, n in reasons.most_common(3))}; "
            f"first: line {rejected[0].line}, {rejected[0].reason}).",
        )
    close_batch(connection, batch_id, content, outcome.reference_date, counts)
    take_slices(connection, source, batch_id, facts, outcome.reference_date)
    reasons = Counter(row.code for row in rejected)
    reasons.update(finding_counts(connection, batch_id))
    return BatchReport(
        batch_id=batch_id,
        source_id=source.id,
        scope_key=facts.scope_key,
        status="loaded",
        file_name=landed.name,
        period=facts.period,
        form_id=stream.form_id,
        encoding=stream.encoding,
        reasons=dict(reasons),
        replaces=replaced_batches(connection, batch_id),
        **counts,
    )


def _copy(
    connection: psycopg.Connection, source: Source, stream: RowStream, batch_id: int
) -> list[Rejected]:
    """Stream the delivery into the raw table; return the rows that the database refused."""
    own = (
        ["_batch_id", "_line"] if stream.copy_format == "csv" else ["_batch_id", "_line", "_flags"]
    )
    columns = sql.SQL(", ").join(map(sql.Identifier, [*own, *stream.columns]))
    options = "format csv, force_null *" if stream.copy_format == "csv" else "format text"
    statement = sql.SQL(
        "copy {} ({}) from stdin with ({}, encoding 'UTF8', on_error ignore,"
        " reject_limit {}, log_verbosity verbose)"
    ).format(
        sql.Identifier("raw", source.id),
        columns,
        sql.SQL(options),
        sql.Literal(stream.reject_limit()),
    )
    notices: list[tuple[int, str, str | None]] = []

    def note(diagnostic: psycopg.errors.Diagnostic) -> None:
        if match := _SKIPPED.search(diagnostic.message_primary or ""):
            notices.append((int(match["line"]), match["column"], match["value"]))

    connection.add_notice_handler(note)
    try:
        with connection.cursor() as cursor:
            with cursor.copy(statement) as copy, Prefetch(stream.chunks(batch_id)) as chunks:
                for chunk in chunks:
                    copy.write(chunk.payload)
            copied = cursor.rowcount
    except psycopg.errors.DataError as error:
        raise DeliveryRefused(
            "too_many_bad_rows",
            f"The database refuses the delivery: {error.diag.message_primary}. Its limit is "
            f"{stream.reject_limit():,} unreadable rows; the form has probably changed.",
        ) from error
    finally:
        connection.remove_notice_handler(note)
    if copied + len(notices) != stream.counts.sent:
        raise AccountingError(
            f"{source.id}: {stream.counts.sent} rows sent, {copied} copied and {len(notices)} "
            "refused do not add up"
        )
    return [_skipped_row(source, stream, *notice) for notice in notices]


def _skipped_row(
    source: Source, stream: RowStream, copy_line: int, column: str, value: str | None
) -> Rejected:
    line, raw = stream.row_of_copy_line(copy_line)
    kind = source.column(column).type
    shown = (value or "").strip()
    return Rejected(line, "wrong_type", f"{column} is not {kind}: {shown}", column, raw)


def _account(
    connection: psycopg.Connection,
    source: Source,
    batch_id: int,
    stream: RowStream,
    rejected: int,
    loaded: int,
) -> dict[str, int]:
    """Set what stands in the table against what was read. Raises AccountingError."""
    received = stream.counts.read - stream.counts.out_of_scope
    if received != loaded + rejected:
        raise AccountingError(
            f"{source.id}: received {received}, loaded {loaded} and quarantined {rejected} "
            "do not add up"
        )
    touched = connection.execute(
        "select exists (select 1 from quarantine.row_finding where batch_id = %s)", [batch_id]
    ).fetchone()
    mended, flagged = (
        _touched_rows(connection, source, batch_id) if touched and touched[0] else (0, 0)
    )
    return {
        "rows_read": stream.counts.read,
        "rows_out_of_scope": stream.counts.out_of_scope,
        "rows_received": received,
        "rows_loaded": loaded,
        "rows_quarantined": rejected,
        "rows_mended": mended,
        "rows_flagged": flagged,
    }


def _touched_rows(connection: psycopg.Connection, source: Source, batch_id: int) -> tuple[int, int]:
    """(rows mended, rows flagged) of a batch; a row that was both counts in both."""
    flagging = [rule.id for rule in source.rules if rule.action == "flag"]
    row = connection.execute(
        sql.SQL(
            "select count(*) filter (where not _flags <@ {flags}),"
            " count(*) filter (where _flags && {flags}) from {table}"
            " where _batch_id = {batch} and _flags is not null"
        ).format(
            flags=sql.Literal([*flagging, *KEPT_FLAGS, "duplicate"]),
            table=sql.Identifier("raw", source.id),
            batch=sql.Literal(batch_id),
        )
    ).fetchone()
    return (row[0], row[1]) if row else (0, 0)
