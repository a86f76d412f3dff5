"""A build knows how large the deliveries are that came just before it."""

from __future__ import annotations

import psycopg

from busan_safety.transform.statistics import refresh_statistics
from busan_safety.warehouse import connect


def test_what_was_loaded_is_analysed_once(warehouse: psycopg.Connection) -> None:
    refresh_statistics()
    with connect("loader") as loader:
        loader.execute(
            "insert into ops.batch (source_id, scope_key, file_name, landed_path, byte_count,"
            " bytes_sha256, status, is_synthetic, code_version)"
            " select 'statistics', 'all', 'f', 'f', 1, gen_random_uuid()::text, 'loaded', true, 't'"
            " from generate_series(1, 500)"
        )
        loader.execute("create table raw.statistics_probe as select generate_series(1, 500) as n")

    first = refresh_statistics()

    assert {"ops.batch", "raw.statistics_probe"} <= set(first)
    [rows] = warehouse.execute(
        "select reltuples from pg_class where oid = 'raw.statistics_probe'::regclass"
    ).fetchone() or [0]
    assert rows == 500
    assert refresh_statistics() == []
    with connect("loader") as loader:
        loader.execute("drop table raw.statistics_probe")
        loader.execute("delete from ops.batch where source_id = 'statistics'")
