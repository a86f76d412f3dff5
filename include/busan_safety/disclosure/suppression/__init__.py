"""Protection of linked tables of counts: which cells to hide so that no other cell tells them.

In: `LinkedTables`, thresholds or a mask of sensitive cells, what was published before.
Out: a `Pattern`. Pure: no database, no clock; the same tables give the same pattern.
Way: `model` merges what cannot be told apart, `gauss` chooses complements by elimination on a
sparse basis (`freedom`), `repair` hides more until no interval is too close (`bounds`), `optimum`
finds the least loss where the table is small enough, `rounding` is the declared alternative.
Rates, means, shares and intervals of a hidden cell are hidden by its mask.
"""

from busan_safety.disclosure.suppression.optimum import Limits
from busan_safety.disclosure.suppression.pattern import CannotProtect, Pattern, suppress
from busan_safety.disclosure.suppression.primary import dominated, guessed, small_counts

__all__ = [
    "CannotProtect",
    "Limits",
    "Pattern",
    "dominated",
    "guessed",
    "small_counts",
    "suppress",
]
