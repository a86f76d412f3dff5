"""Releases in `ops.release`: read and write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.rows import class_row

from busan_safety.gate import Text
from busan_safety.settings import SEOUL


@dataclass(frozen=True)
class Release:
    """One published version of a dataset, as recorded."""

    dataset: str
    version: str
    candidate_fingerprint: str
    decision_id: int
    row_count: int
    path: str
    csv_sha256: str


def releases_of(connection: psycopg.Connection, dataset: str) -> list[Release]:
    """Versions of a dataset that are not withdrawn, oldest first."""
    with connection.cursor(row_factory=class_row(Release)) as cursor:
        return cursor.execute(
            """
            select dataset, version, candidate_fingerprint, decision_id, row_count, path, csv_sha256
            from ops.release
            where dataset = %s and withdrawn_at is null
            order by release_id
            """,
            [dataset],
        ).fetchall()


def insert_release(connection: psycopg.Connection, release: Release) -> None:
    """Record a version in the caller's transaction."""
    connection.execute(
        """
        insert into ops.release (
            dataset, version, candidate_fingerprint, decision_id, row_count, path, csv_sha256
        ) values (%s, %s, %s, %s, %s, %s, %s)
        """,
        [
            release.dataset,
            release.version,
            release.candidate_fingerprint,
            release.decision_id,
            release.row_count,
            release.path,
            release.csv_sha256,
        ],
    )


@dataclass(frozen=True)
class Withdrawal:
    """A version that was taken back, as recorded."""

    dataset: str
    version: str
    candidate_fingerprint: str
    path: str
    csv_sha256: str
    withdrawn_at: datetime
    withdrawn_by: str
    reason: str
    reason_en: str

    @property
    def withdrawn_on(self) -> date:
        """Day in Korea."""
        return self.withdrawn_at.astimezone(SEOUL).date()


def withdrawals_of(connection: psycopg.Connection, dataset: str) -> list[Withdrawal]:
    """Versions of a dataset that were taken back, oldest first."""
    with connection.cursor(row_factory=class_row(Withdrawal)) as cursor:
        return cursor.execute(
            """
            select
                dataset, version, candidate_fingerprint, path, csv_sha256, withdrawn_at,
                coalesce(withdrawn_by, '') as withdrawn_by,
                coalesce(withdrawal_reason, '') as reason,
                coalesce(withdrawal_reason_en, withdrawal_reason, '') as reason_en
            from ops.release
            where dataset = %s and withdrawn_at is not null
            order by release_id
            """,
            [dataset],
        ).fetchall()


def mark_withdrawn(
    connection: psycopg.Connection, dataset: str, version: str, *, reason: Text, by: str
) -> None:
    """Record in the caller's transaction that a standing version is taken back."""
    connection.execute(
        """
        update ops.release set
            withdrawn_at = now(),
            withdrawn_by = %s,
            withdrawal_reason = %s,
            withdrawal_reason_en = %s
        where dataset = %s and version = %s and withdrawn_at is null
        """,
        [by, reason.ko, reason.en, dataset, version],
    )
