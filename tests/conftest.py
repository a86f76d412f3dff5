"""Fixtures shared by all tests: one embedded PostgreSQL per test process, a clean warehouse.

With `BUSAN_NO_SKIP=1` (continuous integration) a skipped test counts as failed.
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from demo_machine import first, machine

__all__ = ["first", "machine"]

pytest.register_assert_rewrite("recomputation.checks", "recomputation.plan_rows")

REAL_FILES = Path(
    os.environ.get("BUSAN_REAL_FILES", Path(__file__).resolve().parents[2] / "shared" / "real")
)

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# The files that take longest, longest first: a process that begins one last works on alone.
LONGEST = (
    "test_demo.py",
    "test_warehouse_build.py",
    "test_published_suites.py",
    "test_real_marts.py",
    "test_gate_release.py",
    "test_project_rules.py",
    "test_release_recovery.py",
    "test_release_kills.py",
    "test_evaluation_designs.py",
    "test_evaluation.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; in one, what looks at the city before what changes it."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(
        key=lambda item: (
            place.get(item.path.name, len(LONGEST)),
            not getattr(item, "function", item).__module__.startswith("recomputation."),
        )
    )


@pytest.fixture(scope="module", autouse=True)
def frozen_libraries() -> None:
    """What is loaded so far is never searched for garbage again: a full search takes 0.3 s."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    outcome = yield
    report = outcome.get_result()
    if (
        report.skipped
        and os.environ.get("BUSAN_NO_SKIP") == "1"
        and not hasattr(report, "wasxfail")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may skip: {report.longrepr}"


@pytest.fixture(scope="session")
def real_files() -> Path:
    """Folder of files that agencies really published; skips where it is absent."""
    if not REAL_FILES.is_dir():
        pytest.skip(f"no published files at {REAL_FILES} (set BUSAN_REAL_FILES)")
    return REAL_FILES


@pytest.fixture(scope="session")
def deployment() -> Iterator[Path]:
    """Point the settings of this process at a fresh folder and free ports."""
    from busan_safety.settings import get_settings

    # Not pytest's own folder: its mode 700 would lock out the database server's user.
    folder = Path(tempfile.mkdtemp(prefix="busan-test-"))
    folder.chmod(0o755)
    chosen = {
        "BUSAN_VAR_DIR": str(folder / "var"),
        "BUSAN_RELEASES_DIR": str(folder / "releases"),
        "BUSAN_PG_PORT": str(free_port()),
        "BUSAN_SANDBOX_PORT": str(free_port()),
        "BUSAN_PORTAL_PORT": str(free_port()),
        "BUSAN_AIRFLOW_PORT": str(free_port()),
        "BUSAN_DEPLOYMENT": "sandbox",
        "BUSAN_GATE_APPROVAL": "automatic",
    }
    before = {name: os.environ.get(name) for name in chosen}
    os.environ.update(chosen)
    get_settings.cache_clear()
    yield folder
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    get_settings.cache_clear()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(deployment: Path) -> Iterator[object]:
    """Start the embedded PostgreSQL once for this test process."""
    from busan_safety.settings import get_settings
    from busan_safety.warehouse.embedded import EmbeddedServer

    running = EmbeddedServer(get_settings())
    running.start(extra_config={"fsync": "off", "max_connections": "60"})
    yield running
    running.stop()


@pytest.fixture(scope="module")
def warehouse(server: object) -> Iterator[psycopg.Connection]:
    """Give each test module an empty warehouse and a superuser connection to it (autocommit)."""
    from busan_safety.loading import create_raw_tables
    from busan_safety.settings import get_settings
    from busan_safety.warehouse.bootstrap import bootstrap

    settings = get_settings()
    with psycopg.connect(
        host=settings.pg_host,
        port=settings.pg_port,
        dbname="postgres",
        user="postgres",
        password=settings.password("postgres"),
        autocommit=True,
    ) as admin:
        admin.execute("drop database if exists warehouse with (force)")
    shutil.rmtree(settings.landing_dir, ignore_errors=True)
    bootstrap(settings)
    create_raw_tables()
    with psycopg.connect(
        host=settings.pg_host,
        port=settings.pg_port,
        dbname=settings.warehouse_db,
        user="postgres",
        password=settings.password("postgres"),
        autocommit=True,
    ) as connection:
        yield connection
