"""What the loading benchmarks share: a server of their own, and one measured call in a process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CALLS_TABLE = """
create table raw.copy_peer (receipt_number text, received_at timestamptz, arrived_at timestamptz,
 department_name text, priority_code text, event_class_code smallint, end_code text,
 reporter_sex text, dong_code text, longitude double precision, latitude double precision,
 is_same_event boolean)
"""
_MEASURED = """
import resource, sys, time
from busan_safety.loading import ingest_file, pull
began = time.perf_counter()
verb, source, *rest = sys.argv[1:]
done = ingest_file(source, *rest) if verb == "ingest" else pull(source, *rest)
seconds = time.perf_counter() - began
print(seconds, done.rows_loaded, done.rows_quarantined,
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@dataclass(frozen=True)
class Measured:
    """One call of ours: seconds without interpreter start and imports, rows, peak memory in MB."""

    seconds: float
    loaded: int
    quarantined: int
    peak_mb: float


@dataclass(frozen=True)
class Workbench:
    """An embedded PostgreSQL with empty raw tables, and a folder for files."""

    folder: Path
    settings: Any
    binaries: Path

    def ingest(self, source: str, path: Path, period: str | None = None) -> Measured:
        """`ingest_file` in a process of its own."""
        return self._call("ingest", source, str(path), *([period] if period else []))

    def pull(self, source: str, scope: str, env: Mapping[str, str]) -> Measured:
        """`pull` in a process of its own, with the sender's connection in `env`."""
        return self._call("pull", source, scope, env=env)

    def _call(self, *arguments: str, env: Mapping[str, str] | None = None) -> Measured:
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, **(env or {})},
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        seconds, loaded, quarantined, peak = map(float, done.stdout.split())
        return Measured(seconds, int(loaded), int(quarantined), peak)

    def psql_copy(self, path: Path, options: str = "") -> None:
        """One whole `psql` process that copies a CP949 file of calls; more COPY options in SQL."""
        subprocess.run(
            [
                str(self.binaries / "psql"),
                *("-h", self.settings.pg_host, "-p", str(self.settings.pg_port), "-U", "postgres"),
                *("-d", self.settings.warehouse_db, "-q", "-v", "ON_ERROR_STOP=1"),
                "-c",
                f"\\copy raw.copy_peer from '{path}'"
                f" with (format csv, header, encoding 'UHC'{options})",
            ],
            env={**os.environ, "PGPASSWORD": self.settings.password("postgres")},
            check=True,
            capture_output=True,
        )


@contextmanager
def workbench() -> Iterator[Workbench]:
    """Start a server on a port of its own; everything is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="busan-bench-"))
    folder.chmod(0o755)
    os.environ.update(
        BUSAN_VAR_DIR=str(folder / "var"),
        BUSAN_PG_PORT=str(free_port()),
        BUSAN_DEPLOYMENT="sandbox",
    )
    from busan_safety.loading import create_raw_tables
    from busan_safety.settings import get_settings
    from busan_safety.warehouse.bootstrap import bootstrap, superuser
    from busan_safety.warehouse.embedded import EmbeddedServer

    settings = get_settings()
    server = EmbeddedServer(settings)
    server.start()
    try:
        bootstrap(settings)
        create_raw_tables()
        with superuser(settings) as connection:
            connection.execute(CALLS_TABLE)
        yield Workbench(folder, settings, server.binaries)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seconds_of(work: Callable[..., object], *arguments: object) -> float:
    """Wall-clock seconds of one call."""
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began
