"""When incremental marts are built whole: another code, or deliveries that were read anew."""

from __future__ import annotations

import psycopg

from busan_safety.transform.fingerprint import (
    changed_sources,
    needs_build,
    needs_whole_build,
    record_build,
    remember_inputs,
)


def _build(run_id: str) -> None:
    remember_inputs(run_id, anew=True)
    record_build(run_id, "built")


def _deliver(warehouse: psycopg.Connection, day: str, source_id: str = "police_112_calls") -> int:
    row = warehouse.execute(
        "insert into ops.batch (source_id, scope_key, period, file_name, landed_path, byte_count,"
        " bytes_sha256, status, is_synthetic, code_version)"
        " values (%(source)s, '26', %(day)s, 'a', 'a', 1, %(day)s, 'loaded', true, 'x')"
        " returning batch_id",
        {"day": day, "source": source_id},
    ).fetchone()
    assert row is not None
    warehouse.execute(
        "insert into ops.batch_slice (batch_id, source_id, slice_key) values (%s, %s, %s)",
        [row[0], source_id, day],
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


def test_only_what_was_delivered_is_built(warehouse: psycopg.Connection) -> None:
    _deliver(warehouse, "2024-05-01")
    _build("before")
    _deliver(warehouse, "2024-05", "police_patrols")
    remember_inputs("failing", anew=True)
    record_build("failing", "failed")
    withdrawn = _deliver(warehouse, "2024-06", "city_events")
    remember_inputs("after", anew=True)

    assert changed_sources("after") == ["city_events", "police_patrols"]

    record_build("after", "built")
    warehouse.execute(
        "update ops.batch_slice set superseded_at = now() where batch_id = %s", [withdrawn]
    )
    remember_inputs("without", anew=True)

    assert changed_sources("without") == ["city_events"]


def test_whoever_asks_for_a_build_of_nothing_new_gets_a_whole_one(
    warehouse: psycopg.Connection,
) -> None:
    _build("one")
    remember_inputs("two", anew=True)

    assert changed_sources("two") is None


def test_a_build_from_before_sources_were_recorded_is_followed_by_a_whole_one(
    warehouse: psycopg.Connection,
) -> None:
    _build("old")
    warehouse.execute("update ops.build set source_fingerprints = null")
    _deliver(warehouse, "2024-07-01")
    remember_inputs("new", anew=True)

    assert changed_sources("new") is None
