"""The same file through dlt, in an environment of its own; prints the seconds without imports."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Iterator
from typing import Any

import dlt
import pyarrow.csv


def rows(path: str) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries, the way most dlt sources give them."""
    with open(path, encoding="cp949", newline="") as file:
        yield from csv.DictReader(file)


def tables(path: str) -> Iterator[Any]:
    """Rows as Arrow batches, dlt's fastest way for files."""
    yield from pyarrow.csv.open_csv(
        path, read_options=pyarrow.csv.ReadOptions(encoding="cp949", block_size=8 * 1024**2)
    )


def main() -> None:
    """Load the file into `dlt_peer.calls`."""
    name, path = sys.argv[1:]
    began = time.perf_counter()
    pipeline = dlt.pipeline(
        "peer_" + name.replace(" ", "_"), destination="postgres", dataset_name="dlt_peer"
    )
    data = tables(path) if name == "dlt arrow" else rows(path)
    pipeline.run(data, table_name=name.replace(" ", "_"), write_disposition="append")
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
