"""Loading 112 calls against `psql \\copy` of the same rows, and peak memory at two sizes.

    python -m benchmarks.load.run [--rows 1000000] [--rounds 3]

Starts an embedded PostgreSQL of its own. The peer is one whole `psql` process on a clean CP949
file; ours is one call of `ingest_file` in a process of its own (interpreter start and imports, a
second that a worker pays once, left out) and includes landing, hashing, typing, quarantine, rules,
duplicates and accounting, on a file with 0.08 % bad rows.
Printed: the ratio pair by pair (ours / psql; the limit is 2.0) and our peak resident memory.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.load.calls_file import write_calls

LIMIT = 2.0
_TABLE = """
create table raw.copy_peer (receipt_number text, received_at timestamptz, arrived_at timestamptz,
 department_name text, priority_code text, event_class_code smallint, end_code text,
 reporter_sex text, dong_code text, longitude double precision, latitude double precision,
 is_same_event boolean)
"""
_OURS = """
import resource, sys, time
from busan_safety.loading import ingest_file
began = time.perf_counter()
report = ingest_file("police_112_calls", sys.argv[1], sys.argv[2])
seconds = time.perf_counter() - began
print(seconds, report.rows_loaded, report.rows_quarantined,
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> int:
    """Run the benchmark; exit 1 when the median ratio is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="busan-bench-"))
    folder.chmod(0o755)
    os.environ.update(
        BUSAN_VAR_DIR=str(folder / "var"), BUSAN_PG_PORT="55499", BUSAN_DEPLOYMENT="sandbox"
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
            connection.execute(_TABLE)
        clean = folder / "clean.csv"
        write_calls(clean, arguments.rows, bad_per_100k=0)
        ratios = []
        for number in range(arguments.rounds):
            ours_file = folder / f"calls_{number}.csv"
            write_calls(ours_file, arguments.rows, seed=number)
            peer = _timed(lambda: _psql_copy(settings, server.binaries, clean))
            ours = _ours(ours_file, f"2024-01-{number + 1:02d}")[0]
            ratios.append(ours / peer)
            print(
                f"round {number + 1}: psql {arguments.rows / peer:,.0f} rows/s, "
                f"ours {arguments.rows / ours:,.0f} rows/s, ratio {ours / peer:.2f}"
            )
            ours_file.unlink()
        memory = []
        for rows in (arguments.rows // 10, arguments.rows):
            path = folder / f"size_{rows}.csv"
            write_calls(path, rows, seed=99)
            _, loaded, quarantined, peak = _ours(path, f"2024-02-{len(memory) + 1:02d}")
            memory.append(peak)
            print(
                f"{rows:,} rows: {loaded:,.0f} loaded, {quarantined:,.0f} quarantined, "
                f"{peak:.0f} MB peak"
            )
        median = statistics.median(ratios)
        print(
            f"median ratio {median:.2f} (limit {LIMIT}), memory ratio {memory[1] / memory[0]:.2f}"
        )
        return int(median > LIMIT)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _timed(work: object) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _ours(path: Path, period: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", _OURS, str(path), period],
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(value) for value in done.stdout.split()]


def _psql_copy(settings: object, binaries: Path, path: Path) -> None:
    subprocess.run(
        [
            str(binaries / "psql"),
            *("-h", settings.pg_host, "-p", str(settings.pg_port), "-U", "postgres"),
            *("-d", settings.warehouse_db, "-q", "-v", "ON_ERROR_STOP=1"),
            "-c",
            f"\\copy raw.copy_peer from '{path}' with (format csv, header, encoding 'UHC')",
        ],
        env={**os.environ, "PGPASSWORD": settings.password("postgres")},
        check=True,
        capture_output=True,
    )


if __name__ == "__main__":
    sys.exit(main())
