"""What an adversary sees and what the attack says: never a hidden value, except to grade."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from busan_safety.disclosure.attack.finding import Finding, Kind
from busan_safety.disclosure.linked import LinkedTables

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


LEDGER_COLUMNS = ("version", "table", "key", "value")


class AttackRefused(ValueError):
    """What is said to be published cannot be true together, so nothing may be concluded."""


@dataclass(frozen=True)
class Knowledge:
    """What the adversary knows beside the published cells. Counts are whole and not negative.

    zeros_are_published: the policy is public; a hidden count is then at least 1.
    """

    zeros_are_published: bool = True


@dataclass(frozen=True)
class Published:
    """The published cells and their structure; a hidden cell's value is not in it.

    cells, parts: as in LinkedTables. values: counts, shape (n,), -1 where hidden or not published.
    hidden: shown as hidden, shape (n,). absent: nowhere printed now, neither as count nor as
    hidden: a table of an earlier release, say. Nothing is known of its zeros.
    """

    cells: pd.DataFrame
    values: Counts
    hidden: Mask
    absent: Mask
    parts: sparse.csr_array

    @classmethod
    def of(cls, linked: LinkedTables, hidden: Mask, absent: Mask | None = None) -> Self:
        """Blank the hidden values. Raises ValueError for masks of another shape than the cells."""
        gone = np.zeros(len(linked.values), dtype=bool) if absent is None else absent
        if hidden.shape != linked.values.shape or gone.shape != linked.values.shape:
            raise ValueError("one mark per cell: hidden and absent have the shape of the values")
        return cls(
            cells=linked.cells,
            values=np.where(hidden | gone, -1, linked.values),
            hidden=hidden & ~gone,
            absent=gone,
            parts=linked.parts,
        )

    def shown(self) -> Mask:
        """Cells whose counts are printed, shape (n,)."""
        return self.values >= 0

    def name(self, cell: int) -> str:
        """Table and key of a cell, as findings print them."""
        table, key = self.identity(cell)
        return f"{table} {' '.join(map(str, key)) or 'total'}"

    def identity(self, cell: int) -> tuple[str, tuple[object, ...]]:
        """Table and key of a cell."""
        return self._identities[cell]

    @cached_property
    def _identities(self) -> list[tuple[str, Any]]:
        return list(zip(map(str, self.cells["table"]), self.cells["key"], strict=True))


@dataclass(frozen=True)
class Report:
    """What an attack found. `findings` are confidential; `public_summary` may be logged.

    hidden: cells hidden in the tables; graded: those of them whose interval has a required width;
    linear_programs: how many were solved.
    """

    findings: tuple[Finding, ...]
    hidden: int = 0
    graded: int = 0
    linear_programs: int = 0
    kinds: tuple[Kind, ...] = field(default=())

    @property
    def succeeded(self) -> bool:
        """Any finding at all: the gate stays closed."""
        return bool(self.findings)

    def of(self, *kinds: Kind) -> tuple[Finding, ...]:
        """Findings of some kinds, in their order."""
        return tuple(finding for finding in self.findings if finding.kind in kinds)

    def with_findings(self, more: Iterable[Finding]) -> Report:
        """Add what was found by looking at rows and files."""
        return Report(
            (*self.findings, *more), self.hidden, self.graded, self.linear_programs, self.kinds
        )

    def public_summary(self) -> dict[str, int]:
        """Counts by kind, without table, key or number: fit for logs and public files."""
        found = Counter(finding.kind for finding in self.findings)
        return {
            "hidden_cells": self.hidden,
            "graded_cells": self.graded,
            "findings": len(self.findings),
            "exact": sum(finding.is_exact for finding in self.findings),
            **{f"findings_{kind}": count for kind, count in sorted(found.items())},
        }


def required_widths(linked: LinkedTables, hidden: Mask, width: int | Counts) -> Counts:
    """Return the width that each hidden cell's interval must have, shape (n,); 0: not graded.

    width: threshold - 1 for every hidden cell that holds 1 to threshold - 1, or one per cell.
    The only place where hidden values are read: a count that could have been printed may be found.
    """
    if isinstance(width, np.ndarray):
        return np.where(hidden, width, 0).astype(np.int64)
    small = hidden & (linked.values >= 1) & (linked.values <= width)
    return np.where(small, width, 0).astype(np.int64)
