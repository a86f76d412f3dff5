"""Rows of plain values that may be many: the first megabyte in memory, the rest on disk."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any

_IN_MEMORY = 1024 * 1024


class Spool:
    """A list to append to and to iterate over whose memory does not grow.

    Takes lists of texts, numbers and None, and gives them back in order. The file has no name and
    goes with the object.
    """

    def __init__(self) -> None:
        # Closed by the garbage collector: it belongs to this object alone.
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="ascii")  # noqa: SIM115
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, row: list[Any]) -> None:
        """Add one row at the end."""
        self._file.seek(0, 2)
        self._file.write(json.dumps(row) + "\n")
        self._count += 1

    def __iter__(self) -> Iterator[list[Any]]:
        self._file.seek(0)
        for line in self._file:
            yield json.loads(line)
