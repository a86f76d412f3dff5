"""Loading 112 calls against `psql \\copy` of the same rows, and peak memory at two sizes.

    python -m benchmarks.load.run [--rows 1000000] [--rounds 3]

Starts an embedded PostgreSQL of its own. The peer is one whole `psql` process on a clean CP949
file; ours is one call of `ingest_file` in a process of its own (interpreter start and imports, a
second that a worker pays once, left out) and includes landing, hashing, the scan for personal
data, typing, quarantine, rules, duplicates and accounting, on a file with 0.08 % bad rows.
Printed: the ratio pair by pair (ours / psql; the limit is 2.0) and our peak resident memory.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from benchmarks.load.calls_file import write_calls
from benchmarks.workbench import seconds_of, workbench

LIMIT = 2.0


def main() -> int:
    """Run the benchmark; exit 1 when the median ratio is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rows = arguments.rows
    with workbench() as bench:
        clean = bench.folder / "clean.csv"
        write_calls(clean, rows, bad_per_100k=0)
        ratios = []
        for number in range(arguments.rounds):
            path = bench.folder / f"calls_{number}.csv"
            write_calls(path, rows, seed=number)
            peer = seconds_of(bench.psql_copy, clean)
            ours = bench.ingest("police_112_calls", path, f"2024-01-{number + 1:02d}").seconds
            ratios.append(ours / peer)
            print(
                f"round {number + 1}: psql {rows / peer:,.0f} rows/s, "
                f"ours {rows / ours:,.0f} rows/s, ratio {ours / peer:.2f}"
            )
            path.unlink()
        memory = []
        for size in (rows // 10, rows):
            path = bench.folder / f"size_{size}.csv"
            write_calls(path, size, seed=99)
            done = bench.ingest("police_112_calls", path, f"2024-02-{len(memory) + 1:02d}")
            memory.append(done.peak_mb)
            print(
                f"{size:,} rows: {done.loaded:,} loaded, {done.quarantined:,} quarantined, "
                f"{done.peak_mb:.0f} MB peak"
            )
    median = statistics.median(ratios)
    print(f"median ratio {median:.2f} (limit {LIMIT}), memory ratio {memory[1] / memory[0]:.2f}")
    return int(median > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
