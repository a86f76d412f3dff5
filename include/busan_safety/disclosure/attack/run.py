"""The whole attack: today's tables, then with the ledger, with rates, and from inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from busan_safety.disclosure.attack.bounds import Audits, intervals
from busan_safety.disclosure.attack.derive import Derivations
from busan_safety.disclosure.attack.finding import Finding, Kind
from busan_safety.disclosure.attack.ledger import Past, increments, past
from busan_safety.disclosure.attack.model import (
    AttackRefused,
    Counts,
    Knowledge,
    Mask,
    Published,
    Report,
    required_widths,
)
from busan_safety.disclosure.attack.rates import DerivedNumber, derived_rows
from busan_safety.disclosure.attack.reduce import Reduced, reduce
from busan_safety.disclosure.attack.singletons import Singletons, told
from busan_safety.disclosure.attack.system import (
    Rows,
    System,
    joined,
    published_rows,
    zero_rows,
)
from busan_safety.disclosure.linked import LinkedTables

Numbers = npt.NDArray[np.int64]


def attack(
    linked: LinkedTables,
    hidden: Mask,
    *,
    width: int | Counts,
    absent: Mask | None = None,
    ledger: pd.DataFrame | None = None,
    derived: Sequence[DerivedNumber] = (),
    singletons: Singletons | None = None,
    knowledge: Knowledge | None = None,
) -> Report:
    """Try to compute the hidden counts from everything else.

    hidden: shown as hidden, shape (n,). absent: cells of tables that are not printed now but were.
    width: threshold - 1 (for the hidden cells that hold 1 to threshold - 1), or one per cell, 0
    where the count may be found. ledger: see `ledger.past`. A part that the linked tables do not
    have is taken for known to be zero.

    Raises AttackRefused where what is published contradicts itself, or a zero is hidden although
    zeros are published; ValueError for masks of the wrong shape and unknown cells.
    """
    published = Published.of(linked, hidden, absent)
    knows = knowledge or Knowledge()
    if knows.zeros_are_published and (linked.values[published.hidden] == 0).any():
        raise AttackRefused(
            "A zero is hidden although the policy publishes zeros: publish it, or attack with "
            "Knowledge(zeros_are_published=False)."
        )
    required = required_widths(linked, hidden | published.absent, width)
    run = _Run(published, required)
    tables = joined([published_rows(published), zero_rows(published, knows)])
    run.stage("tables", tables)
    rows = tables
    if ledger is not None and len(ledger):
        rows = run.with_ledger(tables, ledger, int(np.max(width, initial=0)))
    if derived:
        rows = joined([rows, derived_rows(published, derived)])
        run.stage("derived", rows)
    if singletons is not None:
        run.from_inside(rows, np.flatnonzero(hidden & (linked.values == 1)), singletons)
    return run.report()


@dataclass
class _Run:
    published: Published
    required: Counts
    findings: list[Finding] = field(default_factory=list)
    found: set[int] = field(default_factory=set)
    audits: Audits = field(default_factory=dict)

    def stage(self, kind: Kind, rows: Rows) -> None:
        """Bound what has not been found yet with these rows."""
        cells = self._left()
        reduced = self._reduced(rows, self.published.parts[cells])
        spans, proved = intervals(reduced, self.required[cells].astype(np.float64), self.audits)
        derive = Derivations(rows)
        for number in np.flatnonzero(spans[:, 1] - spans[:, 0] < self.required[cells]):
            low, high = spans[number]
            cell = int(cells[number])
            how = derive.text(self.published.parts[[cell]], low, high)
            self._add(kind, cell, low, high, how, bool(proved[number]))

    def with_ledger(self, tables: Rows, ledger: pd.DataFrame, width: int) -> Rows:
        """Join what was published; if that contradicts itself, trust nothing as unrevised."""
        self.findings += increments(self.published, ledger, width + 1)
        try:
            before = past(self.published, ledger)
            rows = joined([tables, before.rows])
            self.stage("ledger", rows)
        except AttackRefused:
            before = past(self.published, ledger, trusting=False)
            rows = joined([tables, before.rows])
            self.stage("ledger", rows)
        self._then(rows, before, width)
        return rows

    def _then(self, rows: Rows, before: Past, width: int) -> None:
        """Counts that were hidden in a release and have been revised since."""
        if not len(before.cells):
            return
        reduced = self._reduced(rows, before.hidden)
        asked = np.full(len(before.cells), float(width))
        spans, proved = intervals(reduced, asked, self.audits)
        for number in np.flatnonzero((spans[:, 1] - spans[:, 0] < width) & (spans[:, 0] <= width)):
            low, high = spans[number]
            if high < 1:
                continue
            how = Derivations(rows).text(before.hidden[[number]], low, high)
            table, key = self.published.identity(int(before.cells[number]))
            text = f"as of {before.versions[number]}: {how}"
            self.findings.append(
                Finding(
                    "then", table, key, float(low), float(high), width, text, bool(proved[number])
                )
            )

    def from_inside(self, rows: Rows, ones: Numbers, who: Singletons) -> None:
        """Let those who are alone in a cell look at the others."""
        left = self._left()
        cells = np.union1d(left, ones)
        reduced = self._reduced(rows, self.published.parts[cells])
        intervals(reduced, np.full(len(cells), float(who.width)), self.audits)
        numbers = np.searchsorted(cells, ones), np.searchsorted(cells, left)
        members = self.published.parts[cells]
        for each in told(reduced, *numbers, who, self.audits, members):
            kind: Kind = "singleton" if len(each.known) == 1 else "collusion"
            names = " and ".join(self.published.name(int(cells[k])) for k in each.known)
            how = f"known to the one person of {names}"
            self._add(
                kind, int(cells[each.target]), each.low, each.high, how, each.proved, who.width
            )

    def report(self) -> Report:
        """Everything found so far."""
        return Report(
            findings=tuple(self.findings),
            hidden=int(self.published.hidden.sum()),
            graded=int((self.required > 0).sum()),
            linear_programs=sum(audit.solver.solved for audit in self.audits.values()),
        )

    def _left(self) -> Numbers:
        graded = np.flatnonzero(self.required > 0)
        return graded[[int(cell) not in self.found for cell in graded]]

    def _reduced(self, rows: Rows, targets: sparse.csr_array) -> Reduced:
        asked = sparse.csr_array(targets)
        asked.resize((asked.shape[0], rows.matrix.shape[1]))
        return reduce(System(rows, asked))

    def _add(
        self,
        kind: Kind,
        cell: int,
        low: float,
        high: float,
        how: str,
        proved: bool,
        required: int | None = None,
    ) -> None:
        self.found.add(cell)
        table, key = self.published.identity(cell)
        asked = int(self.required[cell]) if required is None else required
        span = float(low), float(high)
        self.findings.append(Finding(kind, table, key, *span, asked, how, proved))
