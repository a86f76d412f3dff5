"""What the launcher reads from the platform's records, and the server that it lends."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from rich.console import Console

from busan_safety.cli.status_screen import show_overview
from busan_safety.launcher.overview import overview
from busan_safety.launcher.stack import running_warehouse
from busan_safety.launcher.summary import database_time, summarise
from busan_safety.loading.freshness import check_freshness
from busan_safety.settings import get_settings
from busan_safety.sources import all_sources, get_source
from busan_safety.warehouse import WarehouseUnavailable, connect
from busan_safety.warehouse.embedded import EmbeddedServer

BATCH = """
    insert into ops.batch (
        source_id, scope_key, file_name, landed_path, byte_count, bytes_sha256, status, rows_read,
        rows_received, rows_loaded, rows_quarantined, is_synthetic, code_version, received_at
    ) values (%s, '26', 'f', 'p', 1, %s, %s, %s, %s, %s, %s, true, 'test', %s)
    returning batch_id
"""
SLICE = "insert into ops.batch_slice (batch_id, source_id, slice_key) values (%s, %s, 'all')"
PULL = (
    "insert into ops.pull (source_id, scope_key, outcome, message, retry_at, finished_at)"
    " values (%s, %s, %s, %s, %s, now())"
)
EARLIER = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2024, 7, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clean(warehouse: psycopg.Connection) -> Iterator[None]:
    yield
    warehouse.execute("truncate ops.batch, ops.pull, ops.request_quota cascade")
    warehouse.execute("truncate raw.city_living_lab, raw.district_cctv")
    warehouse.execute("truncate ops.gate_decision, ops.release")


@pytest.fixture
def batch_id(warehouse: psycopg.Connection) -> int:
    facts = ["city_living_lab", "a", "loaded", 10, 10, 7, 3, EARLIER]
    row = warehouse.execute(BATCH, facts).fetchone()
    assert row
    return int(row[0])


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
    _insert_event(warehouse, "city_living_lab", batch_id, "2024-06-30")

    ages = {one.source_id: one for one in check_freshness(as_of=date(2024, 7, 10))}

    assert ages["city_living_lab"].age_days == 10
    assert ages["city_living_lab"].state == "fresh"
    # Nobody has asked for it here, so nobody is late: it was `empty` before.
    assert ages["police_crime_by_region"].state == "not_asked"


def test_a_late_district_is_named_and_the_others_are_not(warehouse: psycopg.Connection) -> None:
    for number, (scope, updated) in enumerate((("26110", "2024-07-01"), ("26140", "2020-01-01"))):
        batch = warehouse.execute(BATCH, ["district_cctv", str(number), "loaded", *[1] * 3, 0, NOW])
        batch_id = batch.fetchone()[0]
        warehouse.execute(
            "update ops.batch set scope_key = %s where batch_id = %s", [scope, batch_id]
        )
        _insert_event(warehouse, "district_cctv", batch_id, updated)
    warehouse.execute(PULL, ["district_cctv", "26170", "failed", "It does not answer.", None])

    ages = {
        one.scope_key: one
        for one in check_freshness(as_of=date(2024, 7, 10))
        if one.source_id == "district_cctv"
    }

    assert len(ages) == 16
    assert (ages["26110"].state, ages["26140"].state) == ("fresh", "late")
    assert (ages["26170"].state, ages["26200"].state) == ("empty", "not_asked")
    assert "부산광역시 서구" in ages["26140"].sentence


def test_the_overview_shows_the_worst_sender_of_a_feed_and_what_it_said(
    warehouse: psycopg.Connection, batch_id: int
) -> None:
    midnight = datetime.now(tz=UTC).replace(microsecond=0) + timedelta(hours=5)
    for scope, outcome, said, retry_at in (
        ("26110", "unchanged", "nothing new", None),
        ("26140", "failed", "The daily limit is used up.", midnight),
    ):
        warehouse.execute(PULL, ["district_cctv", scope, outcome, said, retry_at])
    warehouse.execute(
        "insert into ops.request_quota (key_hash, service, day, used_count, is_used_up) values"
        " ('k', 'hub/schoolInfo', (now() at time zone 'Asia/Seoul')::date, 100, true)"
    )

    known = overview(get_settings())

    feeds = {one.source_id: one for one in known.feeds}
    assert set(feeds) == set(all_sources())
    cctv = feeds["district_cctv"]
    assert (cctv.state, cctv.last_pull, cctv.waits_until) == ("empty", "failed", midnight)
    assert cctv.late_senders == ["부산광역시 서구"]
    assert cctv.message == "The daily limit is used up."
    assert feeds["city_living_lab"].last_pull == "never"
    assert [(one.service, one.used, one.is_used_up) for one in known.quota] == [
        ("hub/schoolInfo", 100, True)
    ]


def test_the_overview_counts_rows_in_quarantine_of_current_batches_only(
    warehouse: psycopg.Connection, batch_id: int
) -> None:
    def quarantined() -> int:
        feeds = {one.source_id: one for one in overview(get_settings()).feeds}
        return feeds["city_living_lab"].rows_quarantined

    warehouse.execute(SLICE, [batch_id, "city_living_lab"])
    assert quarantined() == 3

    warehouse.execute("update ops.batch_slice set superseded_at = now()")
    assert quarantined() == 0


def test_status_is_one_screen_with_what_needs_somebody_in_words(
    warehouse: psycopg.Connection, batch_id: int
) -> None:
    said = "The sender answered 22: the daily limit is used up."
    warehouse.execute(PULL, ["district_cctv", "26140", "failed", said, None])
    console = Console(width=140, record=True, file=io.StringIO())

    show_overview(console, overview(get_settings()), everything=True)

    text = console.export_text()
    assert len(text.splitlines()) < 40 + len(all_sources())
    for source_id in all_sources():
        assert source_id in text
    sender = "부산광역시 서구"
    feed = "district_cctv (district-feeds)"
    assert f"{feed} empty: {sender}. Last pull failed ({sender}): {said}" in text


def test_a_feed_with_which_all_is_well_is_only_counted(
    warehouse: psycopg.Connection, batch_id: int
) -> None:
    known = overview(get_settings())
    well = replace(known.feeds[0], state="fresh", last_pull="new", waits_until=None)
    ill = replace(well, source_id="ill", last_pull="refused", message="why")
    console = Console(width=140, record=True, file=io.StringIO())

    show_overview(console, replace(known, feeds=[well, ill]))

    text = console.export_text()
    assert "1 of 2 feeds are fresh" in text
    assert well.source_id not in text
    assert "ill (" in text
    assert "why" in text


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


def _insert_event(warehouse: psycopg.Connection, source_id: str, batch_id: int, event: str) -> None:
    """One current row of a source whose slices are given by its columns, all others empty."""
    source = get_source(source_id)
    slice_values = {name: str(batch_id) for name in source.slice.columns}
    values = slice_values | {source.freshness.event_column: event}
    warehouse.execute(
        sql.SQL("insert into {} (_batch_id, _line, {}) values ({})").format(
            sql.Identifier("raw", source_id),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Literal, [batch_id, 1, *values.values()])),
        )
    )
    key = "|".join(slice_values.values()) or "all"
    warehouse.execute(
        "insert into ops.batch_slice (batch_id, source_id, slice_key) values (%s, %s, %s)"
        " on conflict do nothing",
        [batch_id, source_id, key],
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
