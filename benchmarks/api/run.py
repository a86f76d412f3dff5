"""Pulling a 75,000-row API feed: pages a second against bare requests, memory at two sizes.

    python -m benchmarks.api.run [--rows 75000] [--rounds 3]

The sender is a process of its own on loopback and answers at most 1,000 rows a page. The peer
asks for the same pages with httpx and reads their JSON, and keeps nothing. ours is one `pull`:
requests, quota, landing, normalising, typing, quarantine, rules and accounting.
Printed: pages a second, the ratio pair by pair (ours / peer) and our peak memory, which must not
grow with the feed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from benchmarks.workbench import seconds_of, workbench

PAGE = 1000
MEMORY_LIMIT = 1.25
SOURCE, DISTRICT = "district_cctv", "26110"


def main() -> int:
    """Run the benchmark; exit 1 when memory grows with the number of rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=75_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rows = arguments.rows
    ratios = []
    with workbench() as bench:
        for number in range(arguments.rounds):
            # A row less each round: the same content would be recognised and not loaded.
            with _sender(rows - number) as url:
                peer = seconds_of(_bare_requests, url, rows - number)
                ours = bench.pull(SOURCE, DISTRICT, _connection(url))
            ratios.append(ours.seconds / peer)
            pages = -(-rows // PAGE)
            print(
                f"round {number + 1}: bare {pages / peer:,.1f} pages/s, ours "
                f"{pages / ours.seconds:,.1f} pages/s, ratio {ratios[-1]:.2f}; "
                f"{ours.loaded:,} rows loaded, {ours.peak_mb:.0f} MB peak"
            )
        peaks = []
        for size in (rows // 10, rows + 1):
            with _sender(size) as url:
                peaks.append(bench.pull(SOURCE, "26140", _connection(url)).peak_mb)
    growth = peaks[1] / peaks[0]
    print(
        f"median ratio {statistics.median(ratios):.2f}; memory {peaks[0]:.0f} MB at a tenth, "
        f"{peaks[1]:.0f} MB at {rows:,} rows: ratio {growth:.2f} (limit {MEMORY_LIMIT})"
    )
    return int(growth > MEMORY_LIMIT)


@contextmanager
def _sender(rows: int) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.api.sender", str(rows)], stdout=subprocess.PIPE
    )
    try:
        if process.stdout is None:
            raise RuntimeError("the sender has no output")
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def _connection(url: str) -> dict[str, str]:
    value = json.dumps({"host": url, "password": "synthetic"})
    return {"AIRFLOW_CONN_DATAGOKR_STANDARD": value}


def _bare_requests(url: str, rows: int) -> None:
    seen = page = 0
    with httpx.Client() as client:
        while seen < rows:
            page += 1
            params = {"pageNo": page, "numOfRows": PAGE, "type": "json"}
            answer = client.get(f"{url}/openapi/tn_pubr_public_cctv_api", params=params)
            seen += len(json.loads(answer.content)["response"]["body"]["items"])


if __name__ == "__main__":
    sys.exit(main())
