"""One delivery in one transaction: copy, refuse, mend, account, and take over its slices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import merge

import psycopg
from psycopg import sql

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.records import Rejected
from busan_safety.landing import Landed
from busan_safety.loading.drift import write_drift
from busan_safety.loading.ops_records import (
    DeliveryFacts,
    close_batch,
    empty_batch,
    finding_counts,
    known_content,
    open_batch,
    touched_rows,
    write_findings,
    write_rejected,
)
from busan_safety.loading.personal import without_identifiers
from busan_safety.loading.plausible import (
    partial_reason,
    refuse_implausible_change,
    refuse_implausible_count,
    refuse_other_period,
)
from busan_safety.loading.prefetch import Prefetch
from busan_safety.loading.report import BatchReport
from busan_safety.loading.rules import Outcome, apply_rules
from busan_safety.loading.slices import replaced_batches, take_slices
from busan_safety.loading.stream import Refusal, RowStream
from busan_safety.sources import Source

_SKIPPED = re.compile(
    r'at line (?P<line>\d+) for column "(?P<column>[^"]+)"(?:: (?P<value>.*))?$', re.DOTALL
)
_LONGEST_VALUE = 80


class AccountingError(RuntimeError):
    """Rows received differ from rows loaded and quarantined: a defect of ours, nothing is kept."""


def load_batch(
    connection: psycopg.Connection,
    source: Source,
    landed: Landed,
    stream: RowStream,
    facts: DeliveryFacts,
    *,
    pseudonym_version: int | None = None,
    anew: int | None = None,
) -> BatchReport:
    """Load one landed delivery; the caller commits.

    anew: a loaded batch whose rows are read from its landed bytes once more; when it was loaded,
    and what it is current for, stay as they were. Returns a report with status `duplicate`, and
    loads nothing, when the same content is loaded already. Raises DeliveryRefused when the
    delivery as a whole cannot be taken.
    """
    if anew:
        batch_id = anew
        empty_batch(connection, source, batch_id)
    else:
        batch_id = open_batch(connection, source, landed, stream, facts)
    skipped = _copy(connection, source, stream, batch_id)
    stream.personal.refuse(landed.name)
    content = stream.counts.content.hexdigest()
    if not anew and (
        known := known_content(connection, source, facts.scope_key, facts.period, content)
    ):
        return known
    refuse_implausible_count(source, _received(stream), landed.name)
    outcome = apply_rules(connection, source, batch_id, direct=stream.copy_format == "csv")
    if source.points:
        _locate_points(connection, source, batch_id)
    refused = _Refused(
        merge(
            stream.counts.refusals(),
            skipped,
            outcome.removed.refusals(),
            key=lambda one: one.line,
        )
    )
    write_rejected(connection, batch_id, refused.counted(stream))
    stream.personal.refuse(landed.name)
    write_findings(connection, batch_id, stream)
    counts = _account(connection, source, batch_id, stream, refused, outcome)
    if not anew:
        refuse_other_period(source, facts.period, outcome.reference_date, landed.name)
        if not facts.is_accepted:
            refuse_implausible_change(
                connection, source, batch_id, facts.period, outcome.reference_date, landed.name
            )
    partial = partial_reason(
        connection, source, batch_id, facts.scope_key, facts.period, facts.offered_period
    )
    close_batch(
        connection,
        batch_id,
        content_sha256=content,
        reference_date=outcome.reference_date,
        partial_reason=partial,
        pseudonym_version=pseudonym_version,
        counts=counts,
    )
    write_drift(connection, source, facts.scope_key, batch_id, stream.counts, outcome.unknown)
    take_slices(connection, source, batch_id, facts.period, outcome.reference_date)
    reasons = refused.reasons + Counter(finding_counts(connection, batch_id))
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
        partial_reason=partial,
        notes=list(_notes(stream, partial)),
        **counts,
    )


def _locate_points(connection: psycopg.Connection, source: Source, batch_id: int) -> None:
    # Geometry libraries take a third of a second: only for feeds that have points.
    from busan_safety.loading.points import locate_points

    locate_points(connection, source, batch_id)


class _Refused:
    """Refused rows on their way into the quarantine, counted as they pass."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self._refusals = refusals
        self.reasons: Counter[str] = Counter()
        self.first: Rejected | None = None

    def counted(self, stream: RowStream) -> Iterator[Rejected]:
        for row in stream.whole(self._refusals):
            self.first = self.first or row
            self.reasons[row.code] += 1
            yield row


def _copy(
    connection: psycopg.Connection, source: Source, stream: RowStream, batch_id: int
) -> list[Refusal]:
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
    return _skipped_rows(source, stream, sorted(notices))


def _skipped_rows(
    source: Source, stream: RowStream, notices: list[tuple[int, str, str | None]]
) -> list[Refusal]:
    """Rows whose values are not of their columns' types, by line."""
    found = []
    lines = stream.lines_of([copy_line for copy_line, _, _ in notices])
    for line, (_, column, value) in zip(lines, notices, strict=True):
        is_public = source.column(column).privacy == "public"
        shown = without_identifiers((value or "").strip()) if is_public else "(not shown)"
        reason = f"{column} is not {source.column(column).type}: {shown[:_LONGEST_VALUE]}"
        found.append(Refusal(line, "wrong_type", reason, column))
    if found and source.contract.types == "freeze":
        raise DeliveryRefused(
            "wrong_type",
            f"{len(found):,} rows have a value of another type, and {source.id} is not loaded with "
            f"such rows (first: line {found[0].line}, {found[0].column}).",
        )
    return sorted(found, key=lambda one: one.line)


def _received(stream: RowStream) -> int:
    return stream.counts.read - stream.counts.out_of_scope


def _account(
    connection: psycopg.Connection,
    source: Source,
    batch_id: int,
    stream: RowStream,
    refused: _Refused,
    outcome: Outcome,
) -> dict[str, int]:
    """Set what stands in the table against what was read.

    Raises AccountingError when it differs, DeliveryRefused when no row at all can be loaded.
    """
    received = _received(stream)
    rejected = refused.reasons.total()
    if received != outcome.rows_loaded + rejected:
        raise AccountingError(
            f"{source.id}: received {received}, loaded {outcome.rows_loaded} and quarantined "
            f"{rejected} do not add up"
        )
    if outcome.rows_loaded == 0 and refused.first:
        most = ", ".join(f"{code}: {n:,}" for code, n in refused.reasons.most_common(3))
        raise DeliveryRefused(
            "no_loadable_row",
            f"None of the {received:,} rows can be loaded ({most}; first: line "
            f"{refused.first.line}, {refused.first.reason}).",
        )
    mended, flagged = touched_rows(connection, source, batch_id)
    return {
        "rows_read": stream.counts.read,
        "rows_out_of_scope": stream.counts.out_of_scope,
        "rows_received": received,
        "rows_loaded": outcome.rows_loaded,
        "rows_quarantined": rejected,
        "rows_mended": mended,
        "rows_flagged": flagged,
    }


def _notes(stream: RowStream, partial: str | None) -> Iterator[str]:
    if partial:
        yield f"Partial: {partial}."
    for header, like in stream.counts.undeclared.items():
        yield f"Column {header!r} is not known and was left out" + (f" ({like})." if like else ".")
    for (column, spelling), rows in stream.counts.unmapped.items():
        yield f"No {column} is known for {spelling or '(not shown)'!r} ({rows:,} rows)."
