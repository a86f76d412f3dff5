"""Printed rows and files: what a hidden row still says, what one format says more than another.

These look at frames as they are delivered, one row per cell, with a mark of what is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from busan_safety.disclosure.attack.model import Finding

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# Korean counts of people and events in words: 한 건, 두 명, 세 차례.
KOREAN = re.compile(
    r"(?<![가-힣])(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|하나|둘|셋|넷)"
    r"\s*(?:건|명|차례|회|번|분)"
)
ENGLISH = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|single|once|twice|half)\b",
    re.IGNORECASE,
)


def same_rows(
    frame: pd.DataFrame,
    *,
    table: str,
    key: Sequence[str],
    hidden: pd.Series,
    numbers: Sequence[str],
) -> list[Finding]:
    """Hidden rows that still hold a number.

    hidden: one mark per row. numbers: columns made from the count (value, rate, share, bounds,
    smoothed rate, numerator); a public denominator is not among them.
    """
    found = []
    rows = frame[hidden.to_numpy(dtype=bool)]
    for column in numbers:
        for row in rows[rows[column].notna() & (rows[column].astype(str) != "")].itertuples():
            found.append(_finding("row", frame, table, key, row.Index, f"{column} is printed"))
    return found


def sentences(
    frame: pd.DataFrame,
    *,
    table: str,
    key: Sequence[str],
    hidden: pd.Series,
    texts: Sequence[str],
    public: Sequence[str] = (),
) -> list[Finding]:
    """Hidden rows whose text holds a number in digits or words.

    public: columns whose own numbers (a year, a code, a denominator) may stand in the text.
    """
    found = []
    for at in frame.index[hidden.to_numpy(dtype=bool)]:
        allowed = {n for column in public for n in NUMBER.findall(str(frame.at[at, column]))}
        for column in texts:
            if told := _numbers(frame.at[at, column], allowed):
                how = f"{column} says {', '.join(told)}"
                found.append(_finding("sentence", frame, table, key, at, how))
    return found


def formats(
    frames: Mapping[str, pd.DataFrame],
    *,
    table: str,
    key: Sequence[str],
    numbers: Sequence[str],
    status: str = "value_status",
    suppressed: str = "suppressed",
) -> list[Finding]:
    """Cells that one format of a table hides and another prints, or that only one of them has.

    frames: format (csv, parquet, json) -> the table as read from it.
    """
    columns = {
        name: frame.assign(**{part: frame[part].astype(str) for part in key}, _format=name)
        for name, frame in frames.items()
    }
    stacked = pd.concat(columns.values(), ignore_index=True)
    hides = set(_keys(stacked[stacked[status] == suppressed], key))
    found = []
    for name, frame in columns.items():
        present = set(_keys(frame, key))
        found += [
            Finding("format", table, missing, 0, float("inf"), 0, f"hidden row not in {name}")
            for missing in sorted(hides - present)
        ]
        for column in numbers:
            printed = frame[frame[column].notna() & (frame[column].astype(str) != "")]
            found += [
                Finding("format", table, shown, 0, 0, 0, f"{column} is printed in {name}")
                for shown in _keys(printed, key)
                if shown in hides
            ]
    return found


def _keys(frame: pd.DataFrame, key: Sequence[str]) -> Iterator[tuple[object, ...]]:
    return frame[list(key)].itertuples(index=False, name=None)


def _numbers(text: object, allowed: set[str]) -> list[str]:
    if not isinstance(text, str):
        return []
    digits = [number for number in NUMBER.findall(text) if number not in allowed]
    words = [match.group(0) for match in KOREAN.finditer(text)]
    return [*digits, *words, *(match.group(0) for match in ENGLISH.finditer(text))]


def _finding(
    kind: str, frame: pd.DataFrame, table: str, key: Sequence[str], at: object, how: str
) -> Finding:
    names = tuple(frame.at[at, column] for column in key)
    return Finding(kind, table, names, 0, float("inf"), 0, how)  # type: ignore[arg-type]
