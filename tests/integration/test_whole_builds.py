"""When incremental marts are built whole: another code, or deliveries that were read anew."""

from __future__ import annotations

import psycopg

from busan_safety.transform.fingerprint import (
    needs_build,
    needs_whole_build,
    record_build,
    remember_inputs,
)


def _build(run_id: str) -> None:
    remember_inputs(run_id, anew=True)
    record_build(run_id, "built")


def _deliver(warehouse: psycopg.Connection, day: str) -> int:
    row = warehouse.execute(
        "insert into ops.batch (source_id, scope_key, period, file_name, landed_path, byte_count,"
        " bytes_sha256, status, is_synthetic, code_version)"
        " values ('police_112_calls', '26', %(day)s, 'a', 'a', 1, %(day)s, 'loaded', true, 'x')"
        " returning batch_id",
        {"day": day},
    ).fetchone()
    assert row is not None
    warehouse.execute(
        "insert into ops.batch_slice (batch_id, source_id, slice_key)"
        " values (%s, 'police_112_calls', %s)",
        [row[0], day],
    )
    return int(row[0])


def test_a_new_delivery_is_built_alone_and_a_reload_builds_the_whole(
    warehouse: psycopg.Connection,
) -> None:
    batch_id = _deliver(warehouse, "2024-03-01")
    _build("first")
    _deliver(warehouse, "2024-03-02")
    remember_inputs("second", anew=True)
    assert needs_build()
    assert not needs_whole_build("second")
    record_build("second", "built")

    warehouse.execute("update ops.batch set reloaded_at = now() where batch_id = %s", [batch_id])

    remember_inputs("third", anew=True)
    assert needs_build()
    assert needs_whole_build("third")
