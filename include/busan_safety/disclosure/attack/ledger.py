"""Everything that was ever published, as rows of the same system.

A release of the past printed counts of the data as they then were. Where nothing was revised they
are sums of today's parts. Where something was, the revised parts have another unknown for each
vintage: nothing is concluded from an old count of data that changed, but what did not change still
joins the vintages, and an old hidden count may come back through today's tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from busan_safety.disclosure.attack.finding import Finding
from busan_safety.disclosure.attack.model import LEDGER_COLUMNS, Mask, Published
from busan_safety.disclosure.attack.system import Rows, equations, joined, no_rows

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Past:
    """What earlier releases add: rows, and their hidden cells that are not today's.

    rows: over today's parts and the further unknowns after them. hidden: 0 or 1, shape (h, n),
    with the cell numbers `cells` and the releases `versions`.
    """

    rows: Rows
    hidden: sparse.csr_array
    cells: Numbers
    versions: tuple[str, ...]


def past(published: Published, ledger: pd.DataFrame, *, trusting: bool = True) -> Past:
    """Read a ledger: version, table, key, value (empty: hidden then) and, if known, revised.

    revised: True where the data behind the entry changed since, False where they did not, empty or
    no column where nobody says: it is then inferred as an adversary would. A part counts as
    revised if a cell with it is printed then and now with different values, unless another, in
    which nothing is seen to differ, has the same value (not so if `trusting` is False: values may
    be the same although something moved inside).

    Raises ValueError for an entry whose cell the linked tables do not have: a table that is not
    published any more belongs into them as absent.
    """
    missing = [column for column in LEDGER_COLUMNS if column not in ledger]
    if missing:
        raise ValueError(f"the ledger lacks {', '.join(missing)}")
    entries = _placed(published, ledger)
    unknowns = published.parts.shape[1]
    rows, hidden, cells, versions = [no_rows(unknowns)], [], [], []
    for version, part in entries.groupby("version", sort=True):
        matrix, further = _vintage(published, part, unknowns, trusting)
        shown = part["value"].notna().to_numpy()
        unchanged = matrix.indices.max(initial=0) < unknowns
        numbers = part["cell"].to_numpy()
        rows.append(
            equations(
                matrix[np.flatnonzero(shown)],
                part["value"].to_numpy()[shown].astype(np.int64),
                groups=part["table"].factorize()[0][shown],
                labels=tuple(f"{published.name(int(n))} [{version}]" for n in numbers[shown]),
            )
        )
        moved = np.asarray((matrix[:, unknowns:]).sum(axis=1)).ravel() > 0
        if not unchanged and (then := np.flatnonzero(~shown & moved)).size:
            hidden.append(matrix[then])
            cells.append(numbers[then])
            versions += [str(version)] * len(then)
        unknowns = further
    return _joined(rows, hidden, cells, versions, unknowns)


def increments(published: Published, ledger: pd.DataFrame, threshold: int) -> list[Finding]:
    """Cells printed in two successive states whose difference is 1 to threshold - 1.

    So many people were newly reported (or left out) between the releases: a small count of its
    own. Whether that matters is for the policy to say.
    """
    entries = _placed(published, ledger).dropna(subset=["value"])
    now = pd.DataFrame({"cell": np.flatnonzero(published.shown())})
    now["value"] = published.values[now["cell"]]
    now["version"], now["order"] = "now", 1
    states = pd.concat([entries.assign(order=0), now])[["cell", "version", "value", "order"]]
    states = states.sort_values(["cell", "order", "version"])
    states["before"] = states.groupby("cell")["value"].shift()
    states["since"] = states.groupby("cell")["version"].shift()
    states["change"] = (states["value"] - states["before"]).abs()
    few = states[states["change"].between(1, threshold - 1)]
    found = []
    for row in few.to_dict("records"):
        table, key = published.identity(int(row["cell"]))
        how = f"{row['version']} {row['value']:.0f} - {row['since']} {row['before']:.0f}"
        change = float(row["change"])
        found.append(Finding("increment", table, key, change, change, threshold - 1, how))
    return found


def _placed(published: Published, ledger: pd.DataFrame) -> pd.DataFrame:
    number = {published.identity(cell): cell for cell in range(len(published.values))}
    wanted = zip(ledger["table"], ledger["key"], strict=True)
    cell = np.array([number.get((str(table), key), -1) for table, key in wanted], dtype=np.int64)
    unknown = cell < 0
    zero = ledger["value"].eq(0).to_numpy()
    if (unknown & ~zero).any():
        first = ledger.loc[unknown & ~zero, "table"].iloc[0]
        raise ValueError(
            f"{int((unknown & ~zero).sum())} entries of the ledger are cells of no linked table "
            f"(the first of table {first}); add the table and mark its cells absent"
        )
    placed = ledger.assign(cell=cell)[~unknown]
    if "revised" not in placed:
        placed["revised"] = None
    return placed.astype({"version": str})


def _vintage(
    published: Published, entries: pd.DataFrame, unknowns: int, trusting: bool
) -> tuple[sparse.csr_array, int]:
    """Cells of one release over today's parts and one more unknown for each revised part."""
    cells = entries["cell"].to_numpy()
    matrix = sparse.csr_array(published.parts[cells])
    revised = np.flatnonzero(_revised(published, entries, matrix, trusting))
    column = np.arange(matrix.shape[1])
    column[revised] = unknowns + np.arange(len(revised))
    further = unknowns + len(revised)
    return (
        sparse.csr_array(
            (matrix.data, column[matrix.indices], matrix.indptr), shape=(len(cells), further)
        ),
        further,
    )


def _revised(
    published: Published, entries: pd.DataFrame, matrix: sparse.csr_array, trusting: bool
) -> Mask:
    now = published.values[entries["cell"].to_numpy()]
    then = entries["value"].fillna(-1).to_numpy()
    said_so = entries["revised"].eq(True).to_numpy()
    denied = entries["revised"].eq(False).to_numpy()
    both = (now >= 0) & (then >= 0)
    suspect = said_so | (~denied & both & (now != then))
    same = ~said_so & ~denied & both & (now == then) & trusting
    vouched = denied | (same & ~_holds_any(matrix, same, suspect))
    behind: Mask = (matrix.T @ suspect.astype(np.int64) > 0) & ~(
        matrix.T @ vouched.astype(np.int64) > 0
    )
    return behind


def _holds_any(matrix: sparse.csr_array, outer: Mask, inner: Mask) -> Mask:
    """Mark the rows of `outer` that wholly contain a row of `inner`."""
    inside = np.flatnonzero(inner)
    shared = sparse.coo_array(matrix @ matrix[inside].T)
    whole = shared.data == np.diff(matrix.indptr)[inside][shared.col]
    holds = np.zeros(matrix.shape[0], dtype=bool)
    holds[shared.row[whole]] = True
    return holds & outer


def _joined(
    rows: list[Rows],
    hidden: list[sparse.csr_array],
    cells: list[Numbers],
    versions: list[str],
    unknowns: int,
) -> Past:
    known = joined([*rows, no_rows(unknowns)])
    for each in hidden:
        each.resize((each.shape[0], unknowns))
    return Past(
        rows=known,
        hidden=sparse.csr_array(sparse.vstack(hidden, format="csr"))
        if hidden
        else sparse.csr_array((0, unknowns), dtype=np.int64),
        cells=np.concatenate(cells) if cells else np.zeros(0, dtype=np.int64),
        versions=tuple(versions),
    )
