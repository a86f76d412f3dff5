"""What an attack finds; apart from the model, because readers of files need no solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "tables",
    "ledger",
    "then",
    "derived",
    "singleton",
    "collusion",
    "increment",
    "row",
    "sentence",
    "format",
]


@dataclass(frozen=True)
class Finding:
    """A hidden count that comes back. Confidential: `low`, `high` and `how` hold the count.

    low, high: every possible count lies between them, both included. required: the width that
    the policy asks for. how: a derivation for people. proved: False where the search for whole
    numbers was cut short, and the interval may be narrower than it says. column: where rows and
    files are looked at, the column that tells.
    """

    kind: Kind
    table: str
    key: tuple[object, ...]
    low: float
    high: float
    required: int
    how: str
    proved: bool = True
    column: str = ""

    @property
    def is_exact(self) -> bool:
        """Only one count is possible."""
        return self.low == self.high
