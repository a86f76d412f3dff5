"""Airflow's tables brought up to date, then one pool for each agency, in one process.

A pool limits how many tasks ask the same agency at a time. A pool that exists is left as it is:
somebody may have changed its size in Airflow.
"""

from __future__ import annotations

import importlib
import sys

# Name of the pool, which DAGs name too → tasks at a time.
POOLS = {"city": 3, "police": 3, "education": 2, "districts": 4, "resumed_pulls": 2}


def main() -> None:
    """Run `airflow db migrate`, then create the pools that are missing."""
    sys.argv = ["airflow", "db", "migrate"]
    importlib.import_module("airflow.__main__").main()
    create_pools()


def create_pools() -> None:
    """Create each missing pool in Airflow's database."""
    pools = importlib.import_module("airflow.models.pool").Pool
    known = {one.pool for one in pools.get_pools()}
    for name, slots in POOLS.items():
        if name not in known:
            pools.create_or_update_pool(
                name=name,
                slots=slots,
                description="Requests to one agency at a time",
                include_deferred=False,
            )


if __name__ == "__main__":
    main()
