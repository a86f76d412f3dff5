"""One who is in a table: a count of 1 is known to the person it counts, and tells of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from busan_safety.disclosure.attack.bounds import Audit, Audits, audits_of
from busan_safety.disclosure.attack.reduce import Reduced, Target


@dataclass(frozen=True)
class Singletons:
    """Contributors who know their own cell.

    collude: how many of them tell each other (1 or 2). width: what must be left of the interval of
    every other hidden count for them; 1 is short of exactly known.
    """

    collude: int = 1
    width: int = 1


@dataclass(frozen=True)
class Told:
    """What contributors learn: interval of a target (by number); they know `known` (targets)."""

    target: int
    low: float
    high: float
    known: tuple[int, ...]
    proved: bool


def told(
    reduced: Reduced,
    ones: npt.NDArray[np.int64],
    graded: npt.NDArray[np.int64],
    who: Singletons,
    audits: Audits,
    members: sparse.csr_array,
) -> Iterator[Told]:
    """Go through contributors; yield each target of `graded` at the first that finds it.

    ones: targets that hold one person. graded: targets that must stay `who.width` wide. members:
    parts of the targets, 0 or 1: who is alone in a cell knows all cells inside it by that alone,
    and no table tells it.
    """
    shared, sizes = members @ members.T, members.sum(axis=1)
    all_audits = audits_of(reduced, audits)
    of_component: dict[int, list[int]] = defaultdict(list)
    for number in graded:
        for component, _ in reduced.targets[number].pieces:
            of_component[component].append(int(number))
    found: set[int] = set()
    for known in _groups(reduced, ones, all_audits, who.collude):
        component = reduced.targets[known[0]].pieces[0][0]
        own = {
            reduced.targets[number].pieces[0][1]: 1 - reduced.targets[number].known
            for number in known
        }
        asked = np.array([n for n in of_component[component] if n not in found], dtype=np.int64)
        inside = shared[:, list(known)].sum(axis=1)[asked] >= sizes[asked]
        wanted = [
            number for number in asked[~inside].tolist() if not _is_of(reduced.targets[number], own)
        ]
        if not wanted:
            continue
        audit = all_audits[component].given(own)
        for number in wanted:
            result = _interval(reduced.targets[number], component, audit, all_audits, who.width)
            if result is not None:
                found.add(number)
                low, high, proved = result
                yield Told(number, low, high, known, proved)


def _groups(
    reduced: Reduced, ones: npt.NDArray[np.int64], audits: list[Audit], collude: int
) -> Iterator[tuple[int, ...]]:
    """Contributors alone, then pairs whose cells are parts of one known sum."""
    single: dict[tuple[int, int], int] = {}
    for number in ones:
        target = reduced.targets[number]
        if len(target.pieces) == 1:
            single.setdefault(target.pieces[0], int(number))
    yield from ((number,) for number in single.values())
    if collude < 2:
        return
    by_component: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (component, piece), number in single.items():
        by_component[component].append((piece, number))
    for component, members in by_component.items():
        audit = audits[component]
        for (one, first), (other, second) in combinations(members, 2):
            sums = audit.component.matrix @ audit.matrix[[one, other]].T.toarray()
            if ((sums > 0).all(axis=1)).any():
                yield first, second


def _is_of(target: Target, own: dict[int, float]) -> bool:
    return len(target.pieces) == 1 and target.pieces[0][1] in own


def _interval(
    target: Target, component: int, audit: Audit, audits: list[Audit], width: int
) -> tuple[float, float, bool] | None:
    piece = next(p for c, p in target.pieces if c == component)
    others = [(audits[c], p) for c, p in target.pieces if c != component]
    elsewhere = sum(other.met()[p] for other, p in others)
    audit.settle(piece, width - elsewhere)
    if audit.met()[piece] + elsewhere >= width:
        return None
    low = target.known + audit.low[piece] + sum(other.low[p] for other, p in others)
    high = target.known + audit.high[piece] + sum(other.high[p] for other, p in others)
    return float(low), float(high), bool(high - low == audit.met()[piece] + elsewhere)
