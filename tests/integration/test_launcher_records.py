"""What the launcher reads from the platform's records, and the server that it lends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from busan_safety.launcher.stack import running_warehouse
from busan_safety.launcher.summary import database_time, summarise
from busan_safety.loading.freshness import check_freshness
from busan_safety.settings import get_settings
from busan_safety.warehouse import WarehouseUnavailable, connect
from busan_safety.warehouse.embedded import EmbeddedServer

BATCH = """
    insert into ops.batch (
        source_id, scope_key, file_name, landed_path, byte_count, bytes_sha256, status, rows_read,
        rows_received, rows_loaded, rows_quarantined, is_synthetic, code_version, received_at
    ) values (%s, '26', 'f', 'p', 1, %s, %s, %s, %s, %s, %s, true, 'test', %s)
    returning batch_id
"""
EARLIER = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def batch_id(warehouse: psycopg.Connection) -> Iterator[int]:
    facts = ["city_living_lab", "a", "loaded", 10, 10, 7, 3, EARLIER]
    row = warehouse.execute(BATCH, facts).fetchone()
    assert row
    yield row[0]
    warehouse.execute("truncate ops.batch cascade")
    warehouse.execute("truncate raw.city_living_lab, ops.gate_decision, ops.release")


def test_summary_counts_rows_and_names_reasons(
    warehouse: psycopg.Connection, batch_id: int
) -> None:
    for line, reason in enumerate(["score_out_of_range", "score_out_of_range", "wrong_type"]):
        warehouse.execute(
            "insert into quarantine.rejected_row (batch_id, line, reason_code, reason, raw_row)"
            " values (%s, %s, %s, 'why', 'x')",
            [batch_id, line, reason],
        )

    (source,) = summarise(get_settings(), since=EARLIER + timedelta(days=1)).sources

    assert (source.rows_received, source.rows_loaded, source.rows_quarantined) == (10, 7, 3)
    assert source.new_batches == 0
    assert source.top_reasons == {"score_out_of_range": 2, "wrong_type": 1}


def test_only_what_came_after_the_start_is_new(
    warehouse: psycopg.Connection, batch_id: int
) -> None:
    since = database_time(get_settings())
    assert summarise(get_settings(), since).is_unchanged

    later = datetime.now(tz=UTC) + timedelta(minutes=1)
    warehouse.execute(BATCH, ["city_living_lab", "b", "loaded", 1, 1, 1, 0, later])

    summary = summarise(get_settings(), since)
    assert summary.sources[0].new_batches == 1
    assert not summary.is_unchanged


def test_the_last_decision_and_release_of_a_dataset_count(
    warehouse: psycopg.Connection, batch_id: int
) -> None:
    reason = '[{"check": "complete_grid", "sentence": "16 districts"}]'
    for fingerprint, decision, reasons in (("a", "pass", "[]"), ("b", "fail", reason)):
        warehouse.execute(
            "insert into ops.gate_decision (dataset, candidate_fingerprint, suite_hash,"
            " code_version, decision, reasons, row_count, decided_by)"
            " values ('living_lab', %s, 's', 'c', %s, %s, 14, 'suite')",
            [fingerprint, decision, reasons],
        )
    for version, withdrawn in (("2024.12.1", None), ("2024.12.2", EARLIER)):
        warehouse.execute(
            "insert into ops.release (dataset, version, candidate_fingerprint, decision_id,"
            " row_count, path, csv_sha256, withdrawn_at)"
            " values ('living_lab', %s, 'a', 1, 14, 'p', 'h', %s)",
            [version, withdrawn],
        )

    summary = summarise(get_settings(), since=EARLIER)

    (decision,) = summary.decisions
    assert (decision.decision, decision.reasons) == ("fail", ["complete_grid: 16 districts"])
    assert [release.version for release in summary.releases] == ["2024.12.1"]


def test_freshness_goes_by_the_event_of_the_current_batch(
    warehouse: psycopg.Connection, batch_id: int
) -> None:
    warehouse.execute(
        "insert into raw.city_living_lab (_batch_id, _line, project_id, project_name,"
        " project_year, stage, reference_date) values (%s, 1, 'p', 'n', 2024, 's', '2024-06-30')",
        [batch_id],
    )
    warehouse.execute(
        "insert into ops.batch_slice (batch_id, source_id, slice_key)"
        " select %s, 'city_living_lab', 'all'",
        [batch_id],
    )

    ages = {one.source_id: one for one in check_freshness(as_of=date(2024, 7, 10))}

    assert ages["city_living_lab"].age_days == 10
    assert ages["city_living_lab"].state == "fresh"
    assert ages["police_crime_by_region"].state == "empty"


def test_a_lent_server_is_stopped_again(deployment: Path) -> None:
    settings = get_settings().model_copy(
        update={"pg_port": _free_port(), "var_dir": deployment / "lent"}
    )

    with running_warehouse(settings, say=lambda line: None):
        connect("loader", settings=settings).close()

    assert not EmbeddedServer(settings).is_running()
    with pytest.raises(WarehouseUnavailable):
        connect("loader", settings=settings)


def test_a_server_that_runs_already_stays(warehouse: psycopg.Connection) -> None:
    with running_warehouse(get_settings()):
        pass

    assert EmbeddedServer(get_settings()).is_running()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
