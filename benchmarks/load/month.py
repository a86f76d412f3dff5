"""A month of 112 calls of the whole city: ours against `psql \\copy` and dlt on the same file.

    python -m benchmarks.load.month [--rounds 3] [--dlt-python PATH]

The file is what the sandbox makes at scale 1 for one month, its days in one CP949 file. ours and
psql as in `benchmarks.load.run`, but psql skips the file's few bad rows silently; dlt reads the
file's rows as dictionaries (`dlt`) and as Arrow tables (`dlt arrow`) and writes them into
PostgreSQL, each in a process of its own, imports left out. dlt is no dependency of the platform:
give the Python of an environment that holds `dlt[postgres]` and `pyarrow`, or its lines are left
out and said to be.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.workbench import Workbench, seconds_of, workbench

MONTH = "2024-03"
_DLT = Path(__file__).with_name("dlt_peer.py")


def main() -> int:
    """Run the benchmark and print every ratio to psql; exit 1 when dlt is faster than ours."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dlt-python", default="")
    arguments = parser.parse_args()
    with workbench() as bench, tempfile.TemporaryDirectory() as city:
        path = bench.folder / "month.csv"
        rows = _month_of_calls(Path(city) / "drop", path)
        peers = ["dlt", "dlt arrow"] if arguments.dlt_python else []
        ratios: dict[str, list[float]] = {name: [] for name in ("ours", *peers)}
        for number in range(arguments.rounds):
            ours_file = bench.folder / f"month_{number}.csv"
            # Another last row each round: the same bytes would be recognised and not loaded.
            ours_file.write_bytes(path.read_bytes().rstrip(b"\n") + b"\n" * (number + 1))
            day = f"{MONTH}-{number + 1:02d}"
            psql = seconds_of(bench.psql_copy, path, ", on_error ignore, log_verbosity silent")
            ours = bench.ingest("police_112_calls", ours_file, day)
            ratios["ours"].append(ours.seconds / psql)
            for name in peers:
                ratios[name].append(_dlt(bench, arguments.dlt_python, name, path) / psql)
            print(
                f"round {number + 1}: psql {rows / psql:,.0f} rows/s; "
                + ", ".join(f"{name} {values[-1]:.2f}" for name, values in ratios.items())
            )
    medians = {name: statistics.median(values) for name, values in ratios.items()}
    print(f"{rows:,} calls; median ratio to psql: {medians}")
    if not peers:
        print("dlt was left out: give --dlt-python")
    return int(any(medians[name] < medians["ours"] for name in peers))


def _month_of_calls(drop: Path, path: Path) -> int:
    """Write the sandbox's daily files of one month into one file; return its number of calls."""
    subprocess.run(
        [
            *(sys.executable, "-m", "busan_sandbox", "generate", "--out", str(drop)),
            *("--scale", "1", "--from", MONTH, "--to", MONTH),
        ],
        check=True,
        capture_output=True,
    )
    rows = 0
    with path.open("wb") as file:
        for number, day in enumerate(sorted((drop / "police" / "112").glob("*.csv"))):
            header, _, body = day.read_bytes().partition(b"\n")
            file.write((header + b"\n" if number == 0 else b"") + body.rstrip(b"\n") + b"\n")
            rows += body.rstrip(b"\n").count(b"\n") + 1
    return rows


def _dlt(bench: Workbench, python: str, name: str, path: Path) -> float:
    settings = bench.settings
    done = subprocess.run(
        [python, str(_DLT), name, str(path)],
        env={
            **os.environ,
            "DESTINATION__POSTGRES__CREDENTIALS": (
                f"postgresql://postgres:{settings.password('postgres')}@{settings.pg_host}:"
                f"{settings.pg_port}/{settings.warehouse_db}"
            ),
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "DLT_DATA_DIR": str(bench.folder / "dlt"),
        },
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    sys.exit(main())
