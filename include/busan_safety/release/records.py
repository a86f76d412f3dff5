"""Releases in `ops.release`: read and write."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row


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
