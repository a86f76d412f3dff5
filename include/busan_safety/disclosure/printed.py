"""What the printed rows of one dataset may say, and what its files must not.

A number that stands in a row marked as hidden is taken for one made from the hidden count unless
`disclosure.tables` declares otherwise: a column that nobody thought of refuses the release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from busan_safety.disclosure.attack.files import formats, same_rows, sentences, unlike
from busan_safety.disclosure.attack.finding import Finding
from busan_safety.disclosure.policy import Policy
from busan_safety.disclosure.tables import TABLES, DisclosedTable

STATUS = "value_status"
SUPPRESSED = "suppressed"
# Columns that name or classify: reference data, written before anything was counted.
_LABELS = ("_code", "_codes", "_hash", "_id", "_name", "_name_en", "_name_ko", "unit")
_UNDECLARED = DisclosedTable((), "", ())


@dataclass(frozen=True)
class PrintedTable:
    """One dataset's rows as each of its files holds them.

    frames: format (csv, parquet) -> rows in the same types; numbers, texts: its columns of numbers,
    and of texts and JSON.
    """

    dataset: str
    family: str
    key: Sequence[str]
    frames: Mapping[str, pd.DataFrame]
    numbers: Sequence[str]
    texts: Sequence[str]


def attack_printed(printed: PrintedTable, policy: Policy) -> list[Finding]:
    """Every number that a hidden row still says, and every cell of which two files differ.

    Findings name the file, the column and the row's key; their `how` may hold what was hidden.
    """
    declared = TABLES.get(printed.dataset) or TABLES.get(printed.family) or _UNDECLARED  # type: ignore[call-overload]
    found = unlike(printed.frames, table=printed.dataset, key=printed.key)
    if len({frozenset(frame) for frame in printed.frames.values()}) > 1:
        return found
    for status, numbers, texts in _hidden_together(printed, declared):
        frames = {
            name: _without_public(frame, declared, policy)
            for name, frame in printed.frames.items()
            if status in frame
        }
        for name, frame in frames.items():
            table, hidden = f"{printed.dataset}.{name}", frame[status] == SUPPRESSED
            labels = [column for column in map(str, frame) if _is_label(column, printed.key)]
            found += same_rows(frame, table=table, key=printed.key, hidden=hidden, numbers=numbers)
            found += sentences(
                frame, table=table, key=printed.key, hidden=hidden, texts=texts, public=labels
            )
        if frames:
            found += formats(
                frames, table=printed.dataset, key=printed.key, numbers=numbers, status=status
            )
    return found


def _hidden_together(
    printed: PrintedTable, declared: DisclosedTable
) -> list[tuple[str, list[str], list[str]]]:
    """Each status with the columns of numbers and of texts that it hides."""
    elsewhere = {column for hidden in declared.statuses.values() for column in hidden}
    free = {*declared.known, *declared.statuses, STATUS}

    def of(columns: Sequence[str]) -> list[str]:
        return [c for c in columns if c not in free and not _is_label(c, printed.key)]

    numbers, texts = of(printed.numbers), of(printed.texts)
    own = [
        (status, [c for c in numbers if c in hides], [c for c in texts if c in hides])
        for status, hides in declared.statuses.items()
    ]
    rest = [c for c in numbers if c not in elsewhere]
    return [(STATUS, rest, [c for c in texts if c not in elsewhere]), *own]


def _is_label(column: str, key: Sequence[str]) -> bool:
    return column in key or column.endswith(_LABELS)


def _without_public(frame: pd.DataFrame, declared: DisclosedTable, policy: Policy) -> pd.DataFrame:
    """Empty the denominators that everybody knows anyway."""
    public = {
        name: frame[name].mask(frame[basis].isin(policy.public_denominators))
        for name, basis in declared.public_with.items()
        if name in frame and basis in frame
    }
    return frame.assign(**public)
