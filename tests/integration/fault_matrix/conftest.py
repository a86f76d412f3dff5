"""The fault matrix's city, its played senders, and the connections to them."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import tenacity
from fault_ground import Clock, Ground, Round
from fault_senders import KEY, PAGE_SIZES
from psycopg import sql

from busan_safety.connectors import http
from busan_safety.landing import store
from busan_safety.sources.registry_reader import all_sources
from busan_sandbox.faults import Faults
from busan_sandbox.generate import generate, state_dir_of
from busan_sandbox.options import Month, Options
from busan_sandbox.server import SandboxServer
from busan_sandbox.sftp import SftpServer

pytest.register_assert_rewrite("fault_cells")

CITY = Options(seed=11, scale=0.001, first=Month(2024, 12), last=Month(2024, 12))
_SCHOOLS = 45


@pytest.fixture(scope="session")
def fault_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drop folder of a small city, generated once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    drop = shared / "fault-city" / "drop"
    drop.parent.mkdir(exist_ok=True)
    with (drop.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        generate(CITY, drop)
    return drop


@pytest.fixture(scope="module")
def played(
    fault_city: Path, deployment: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpleNamespace]:
    """The agencies of a copy of the city, over HTTP and SFTP, on one clock."""
    folder = tmp_path_factory.mktemp("played")
    drop, state = folder / "drop", folder / "sandbox"
    shutil.copytree(fault_city, drop)
    shutil.copytree(state_dir_of(fault_city), state)
    _make_small(drop, state)
    clock = Clock()
    faults = Faults(clock=clock)
    server = SandboxServer(("127.0.0.1", 0), state, KEY, faults, drop=drop)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    with SftpServer(("127.0.0.1", 0), drop, state, KEY, faults) as sftp:
        yield SimpleNamespace(drop=drop, clock=clock, faults=faults, url=server.url, sftp=sftp)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def records(warehouse: psycopg.Connection) -> list[sql.Identifier]:
    """The platform's own tables, which every cell begins without rows in."""
    rows = warehouse.execute(
        "select schemaname, tablename from pg_tables where schemaname in ('ops', 'quarantine')"
    )
    return [sql.Identifier(*row) for row in rows.fetchall()]


@pytest.fixture(scope="module")
def good() -> dict[str, Round]:
    """Rounds without a fault, by sender."""
    return {}


@pytest.fixture
def ground(
    warehouse: psycopg.Connection,
    records: list[sql.Identifier],
    played: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Ground:
    """Senders without faults, connections to them, and an empty warehouse."""
    for name, connection in _connections(played).items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))
    for source, size in PAGE_SIZES.items():
        known = all_sources()[source]
        transport = known.transport.model_copy(update={"page_size": size})
        paged = known.model_copy(update={"transport": transport})
        monkeypatch.setitem(all_sources(), source, paged)
    # Pauses of the same length every time, and none that takes time.
    monkeypatch.setattr(http, "random", SimpleNamespace(uniform=lambda *_: 1.0))
    monkeypatch.setattr(tenacity.nap, "time", SimpleNamespace(sleep=played.clock.sleep))
    # What a crash of the machine leaves is another test's subject, and costs most of the time here.
    monkeypatch.setattr(store, "_sync", lambda _: None)
    caplog.set_level(logging.DEBUG)
    return Ground(warehouse, played.faults, played.drop, played.clock, caplog, records)


def _connections(played: SimpleNamespace) -> dict[str, dict[str, Any]]:
    interface = {"host": played.url, "password": KEY, "extra": {"per_second": 100_000}}
    host, _, kind_and_key = played.sftp.known_host.partition(" ")
    shell = {"login": "busan", "password": KEY, "extra": {"host_key": kind_and_key}}
    address = f"sftp://{host.replace('[', '').replace(']', '')}"
    return {
        **dict.fromkeys(
            ("datagokr", "datagokr_standard", "taas", "odcloud", "neis", "kosis"), interface
        ),
        "city_drop": {"host": f"file://{played.drop}/city"},
        "police_drop": {"host": f"file://{played.drop}/police"},
        "district_drop": {"host": f"file://{played.drop}/districts"},
        "city_files": {"host": f"{played.url}/files/city"},
        "education_files": {"host": f"{played.url}/files/education"},
        "city_sftp": {**shell, "host": f"{address}/city"},
        "police_sftp": {**shell, "host": f"{address}/police"},
    }


def _make_small(drop: Path, state: Path) -> None:
    """Leave one day of calls and a few schools: a cell is about one delivery."""
    for path in sorted((drop / "police/112").iterdir())[:-1]:
        path.unlink()
    # The first row of the log is bad already: a fault in it would change nothing.
    (log,) = (drop / "districts/3310000").glob("*자율방범대*")
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(line for line in lines if b"-02-30" not in line))
    schools = state / "api" / "schools.json"
    rows = json.loads(schools.read_text("utf-8"))[:_SCHOOLS]
    schools.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
