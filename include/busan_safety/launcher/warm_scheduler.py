"""Airflow's scheduler with the task libraries already imported.

The LocalExecutor forks each task from this process, so what is imported here is not imported
again by every task: dbt alone takes 3 s of processor time, five times in one build.
"""

from __future__ import annotations

import importlib
import sys

_WARM = ("psycopg", "httpx", "dbt.cli.main", "dbt.adapters.postgres")


def main() -> None:
    """Import the libraries, then run `airflow scheduler` in this process."""
    for name in _WARM:
        importlib.import_module(name)
    airflow = importlib.import_module("airflow.__main__")
    # The API server reads the logs from the same disk; no log server, no open port.
    sys.argv = ["airflow", "scheduler", "--skip-serve-logs"]
    airflow.main()


if __name__ == "__main__":
    main()
