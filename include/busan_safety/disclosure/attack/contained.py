"""Exact differences: a printed sum less the printed sums inside it, until nothing is inside."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from busan_safety.disclosure.attack.fixing import CONTRADICTION
from busan_safety.disclosure.attack.model import AttackRefused

PASSES = 20


@dataclass
class Sum:
    """A sum of unknowns that lies in [lower, upper].

    origin: the row it was; taken: the sums that were subtracted from it (as they then were).
    """

    unknowns: frozenset[int]
    lower: float
    upper: float
    origin: int
    taken: tuple[Sum, ...] = field(default=())

    @property
    def is_exact(self) -> bool:
        """The sum is known."""
        return self.lower == self.upper

    def less(self, other: Sum) -> Sum:
        """What is left of this sum without another that lies in it."""
        return Sum(
            self.unknowns - other.unknowns,
            self.lower - other.lower,
            self.upper - other.upper,
            self.origin,
            (*self.taken, other),
        )


class Inside:
    """Exact sums, found by one of their unknowns."""

    def __init__(self) -> None:
        self._by_unknown: dict[int, list[Sum]] = defaultdict(list)
        self._load: dict[int, int] = defaultdict(int)

    def add(self, known: Sum) -> None:
        """Add an exact sum under the unknown that the fewest others stand under."""
        at = min(known.unknowns, key=lambda unknown: (self._load[unknown], unknown))
        self._by_unknown[at].append(known)
        self._load[at] += 1

    def subtract(self, whole: Sum) -> Sum:
        """Subtract every sum that lies wholly in `whole`."""
        for unknown in sorted(whole.unknowns):
            if unknown not in whole.unknowns:
                continue
            for known in self._by_unknown.get(unknown, ()):
                if known.unknowns <= whole.unknowns:
                    whole = whole.less(known)
                    break
        return whole


def differences(sums: list[Sum]) -> list[Sum]:
    """Subtract smaller exact sums from larger ones until none contains another.

    Raises AttackRefused for a difference that is impossible.
    """
    for _ in range(PASSES):
        reduced, inside, changed = [], Inside(), False
        for known in sorted(sums, key=lambda each: (len(each.unknowns), each.origin)):
            less = inside.subtract(known)
            changed |= less is not known
            if less.upper < 0 or (not less.unknowns and less.lower > 0):
                raise AttackRefused(CONTRADICTION)
            if not less.unknowns:
                continue
            reduced.append(less)
            if less.is_exact:
                inside.add(less)
        sums = reduced
        if not changed:
            break
    return sums
