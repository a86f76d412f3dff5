"""Printed rows and files: what a hidden row still says, what one format says more than another.

These look at frames as they are delivered, one row per cell, with a mark of what is hidden.
Columns are judged as a whole; only rows in which something is found are looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from busan_safety.disclosure.attack.finding import Finding, Kind

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
    rows = frame[hidden.to_numpy(dtype=bool)]
    return [
        _finding("row", table, column, names, f"{column} is printed")
        for column in numbers
        for names in _names(rows[_is_printed(rows[column])], key)
    ]


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
    rows = frame[hidden.to_numpy(dtype=bool)]
    found = []
    for column in texts:
        # Most rows share a few texts, and most texts hold no number at all.
        telling = [text for text in rows[column].dropna().unique() if _numbers(text, set())]
        suspects = rows[rows[column].isin(telling)]
        known = _names(suspects, public) if public else [()] * len(suspects)
        for names, text, beside in zip(_names(suspects, key), suspects[column], known, strict=True):
            allowed = {number for value in beside for number in NUMBER.findall(str(value))}
            if told := _numbers(text, allowed):
                how = f"{column} says {', '.join(told)}"
                found.append(_finding("sentence", table, column, names, how))
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
    columns, rows = _numbered(frames, key)
    hides = np.unique(
        np.concatenate(
            [rows[name][(frame[status] == suppressed).to_numpy()] for name, frame in frames.items()]
        )
    )
    names = pd.concat(columns.values(), ignore_index=True)
    first = pd.Series(names.index, index=np.concatenate(list(rows.values())))
    first = first[~first.index.duplicated()]
    found = []
    for name, frame in frames.items():
        absent = first.loc[np.setdiff1d(hides, rows[name])]
        found += [
            _finding("format", table, "", missing, f"hidden row not in {name}")
            for missing in sorted(_names(names.loc[absent], key))
        ]
        is_hidden = np.isin(rows[name], hides)
        for column in numbers:
            printed = is_hidden & _is_printed(frame[column]).to_numpy()
            found += [
                _finding("format", table, column, shown, f"{column} is printed in {name}")
                for shown in _names(columns[name][printed], key)
            ]
    return found


def unlike(frames: Mapping[str, pd.DataFrame], *, table: str, key: Sequence[str]) -> list[Finding]:
    """Rows and cells, hidden or not, of which two formats of a table do not say the same.

    frames: format -> the table as read from it, in the same types; empty is the same as absent.
    The first format is held against each other one.
    """
    one, *others = frames
    every = [set(map(str, frame)) for frame in frames.values()]
    if torn := every[0].union(*every) - every[0].intersection(*every):
        return [_finding("format", table, name, (), "not in all files") for name in sorted(torn)]
    columns, rows = _numbered(frames, key)
    found = [
        _finding("format", table, "", names, f"row twice in {name}")
        for name in frames
        for names in _names(columns[name][pd.Series(rows[name]).duplicated().to_numpy()], key)
    ]
    for other in others:
        for here, there in ((one, other), (other, one)):
            lacking = ~np.isin(rows[here], rows[there])
            found += [
                _finding("format", table, "", names, f"row not in {there}")
                for names in _names(columns[here][lacking], key)
            ]
        shared = np.intersect1d(rows[one], rows[other])
        left = _aligned(frames[one], rows[one], shared)
        right = _aligned(frames[other], rows[other], shared)
        names_of = _aligned(columns[one], rows[one], shared)
        for column in left:
            is_printed, stands = _is_printed(left[column]), _is_printed(right[column])
            differs = (is_printed != stands) | (is_printed & (left[column] != right[column]))
            found += [
                _finding("format", table, str(column), names, f"{one} and {other} differ")
                for names in _names(names_of[differs.to_numpy(dtype=bool)], key)
            ]
    return found


def _aligned(frame: pd.DataFrame, rows: np.ndarray, shared: np.ndarray) -> pd.DataFrame:
    """The first row of each of the numbers in `shared`, in their order."""
    numbers, at = np.unique(rows, return_index=True)
    return frame.iloc[at[np.isin(numbers, shared)]].set_axis(shared)


def _numbered(
    frames: Mapping[str, pd.DataFrame], key: Sequence[str]
) -> tuple[dict[str, pd.DataFrame], dict[str, np.ndarray]]:
    """The keys of each format as text, and a number per key that is the same in all of them."""
    columns = {name: frame[list(key)].astype(str).fillna("") for name, frame in frames.items()}
    numbers = pd.concat(columns.values()).groupby(list(key), sort=False).ngroup().to_numpy()
    ends = np.cumsum([len(frame) for frame in frames.values()])
    return columns, dict(zip(frames, np.split(numbers, ends[:-1]), strict=True))


def _is_printed(values: pd.Series) -> pd.Series:
    return values.notna() & (values.astype(str) != "")


def _names(frame: pd.DataFrame, key: Sequence[str]) -> list[tuple[object, ...]]:
    return list(frame[list(key)].itertuples(index=False, name=None)) if len(frame) else []


def _numbers(text: object, allowed: set[str]) -> list[str]:
    if not isinstance(text, str):
        return []
    digits = [number for number in NUMBER.findall(text) if number not in allowed]
    words = [match.group(0) for match in KOREAN.finditer(text)]
    return [*digits, *words, *(match.group(0) for match in ENGLISH.finditer(text))]


def _finding(kind: Kind, table: str, column: str, names: tuple[object, ...], how: str) -> Finding:
    # Of a number that is printed or differs, the width is not asked for: it is a finding as such.
    is_shown = kind == "format" and bool(column)
    return Finding(kind, table, names, 0, 0 if is_shown else np.inf, 0, how, column=column)
