"""What a pass did, read from the platform's own records: sources, decisions, releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from busan_safety.settings import Settings
from busan_safety.warehouse import connect

_SOURCES = """
    select
        source_id,
        count(*) filter (where status = 'loaded') as batches,
        count(*) filter (where received_at >= %(since)s) as new_batches,
        count(*) filter (where status = 'refused') as refused,
        sum(rows_received)::bigint as rows_received,
        sum(rows_loaded)::bigint as rows_loaded,
        sum(rows_quarantined)::bigint as rows_quarantined,
        sum(rows_mended)::bigint as rows_mended,
        sum(rows_flagged)::bigint as rows_flagged
    from ops.batch
    group by source_id
    order by source_id
"""
_REASONS = """
    select source_id, reason, count(*) as row_count
    from (
        select batch.source_id, rejected.reason_code as reason
        from quarantine.rejected_row as rejected
        inner join ops.batch as batch using (batch_id)
        union all
        select batch.source_id, finding.rule_id
        from quarantine.row_finding as finding
        inner join ops.batch as batch using (batch_id)
    ) as found
    group by source_id, reason
    order by source_id, row_count desc, reason
"""
_DECISIONS = """
    select distinct on (dataset) dataset, decision, reasons, row_count, decided_by, decided_at
    from ops.gate_decision
    order by dataset, decided_at desc, decision_id desc
"""
_RELEASES = """
    select distinct on (dataset)
        dataset, version, row_count, path,
        coalesce(released_at >= %(since)s::timestamptz, false) as is_new
    from ops.release
    where withdrawn_at is null
    order by dataset, release_id desc
"""


@dataclass(frozen=True)
class SourceSummary:
    """All deliveries of one source so far, and how many came in this pass."""

    source_id: str
    batches: int
    new_batches: int
    refused: int
    rows_received: int
    rows_loaded: int
    rows_quarantined: int
    rows_mended: int
    rows_flagged: int
    top_reasons: dict[str, int]


@dataclass(frozen=True)
class DecisionSummary:
    """The gate's last word on one dataset."""

    dataset: str
    decision: str
    row_count: int
    decided_by: str
    reasons: list[str]


@dataclass(frozen=True)
class ReleaseSummary:
    """The newest release of one dataset."""

    dataset: str
    version: str
    row_count: int
    path: str
    is_new: bool


@dataclass(frozen=True)
class Summary:
    """What is there after a pass and what of it is new."""

    sources: list[SourceSummary]
    decisions: list[DecisionSummary]
    releases: list[ReleaseSummary]

    @property
    def is_unchanged(self) -> bool:
        """Whether the pass neither loaded nor published anything."""
        return not any(one.new_batches for one in self.sources) and not any(
            one.is_new for one in self.releases
        )


def summarise(settings: Settings, since: datetime) -> Summary:
    """Read the records; what is later than `since` (database clock) counts as new."""
    with connect("loader", settings=settings) as connection:
        connection.read_only = True
        cursor = connection.cursor(row_factory=dict_row)
        reasons: dict[str, dict[str, int]] = {}
        for row in cursor.execute(_REASONS).fetchall():
            reasons.setdefault(row["source_id"], {})[row["reason"]] = row["row_count"]
        moment = {"since": since}
        sources = [
            SourceSummary(
                **row, top_reasons=dict(list(reasons.get(row["source_id"], {}).items())[:3])
            )
            for row in cursor.execute(_SOURCES, moment).fetchall()
        ]
        return Summary(
            sources, last_decisions(connection), last_releases(connection, settings, since)
        )


def last_decisions(connection: psycopg.Connection) -> list[DecisionSummary]:
    """The gate's last word on each dataset."""
    cursor = connection.cursor(row_factory=dict_row)
    return [_decision(row) for row in cursor.execute(_DECISIONS).fetchall()]


def last_releases(
    connection: psycopg.Connection, settings: Settings, since: datetime | None = None
) -> list[ReleaseSummary]:
    """The newest release of each dataset; new if it is later than `since`."""
    cursor = connection.cursor(row_factory=dict_row)
    return [
        ReleaseSummary(**row | {"path": str(settings.releases_dir / row["path"])})
        for row in cursor.execute(_RELEASES, {"since": since}).fetchall()
    ]


def database_time(settings: Settings) -> datetime:
    """Return the database's clock, against which records are compared."""
    with connect("loader", settings=settings) as connection:
        row = connection.execute("select clock_timestamp()").fetchone()
    if row is None:
        raise RuntimeError("The database did not tell the time.")
    moment: datetime = row[0]
    return moment


def _decision(row: dict[str, Any]) -> DecisionSummary:
    return DecisionSummary(
        dataset=row["dataset"],
        decision=row["decision"],
        row_count=row["row_count"],
        decided_by=row["decided_by"],
        reasons=[f"{one['check']}: {one['sentence']}" for one in row["reasons"]],
    )
