"""Complementary suppression by Gaussian elimination: publish the dearest first, if it is safe.

Source of the idea: Langsrud, O. (2024) "Secondary cell suppression by Gaussian elimination",
Privacy in Statistical Databases, LNCS 14915; its implementation in R is GaussSuppression. Here
the elimination runs on the dual basis (`freedom`), which decides the same and stays sparse.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from busan_safety.disclosure.suppression.freedom import Freedom
from busan_safety.disclosure.suppression.model import Bools, Model


def eliminate(model: Model, singletons: Iterable[int] = ()) -> Bools:
    """Return which rows of the model are hidden: primary ones and their complements.

    A cell is published unless some primary cell were then a sum and difference of published
    cells. Forced cells are published first, whatever they give away: `repair` finds that.

    singletons: parts of one event each. If given, no sum of them may be told either (who knows
    that zeros are never hidden would learn every part of it): the rule `anySum` of R's
    GaussSuppression, which lets an uneven sum of singletons pass once.
    """
    freedom = Freedom(model.members, late=singletons)
    told: set[int] = set()
    hidden = model.primary.copy()
    for row in model.order[model.forced[model.order]].tolist():
        freedom.publish(row)
    for row in model.order[~(model.forced | model.primary)[model.order]].tolist():
        if _tells_singletons(freedom, row, told) or _tells_primary(freedom, row, model.primary):
            hidden[row] = True
        else:
            freedom.publish(row)
    return hidden


def _tells_primary(freedom: Freedom, row: int, primary: Bools) -> bool:
    """Whether publishing `row` would tell a primary cell."""
    changes = freedom.rows[row]
    if not changes:
        return False
    shortest = min(changes, key=lambda k: len(freedom.vectors[k]))
    return any(
        primary[cell]
        and len(freedom.rows[cell]) == len(changes)
        and freedom.tell_each_other(row, cell)
        for cell in freedom.vectors[shortest]
    )


def _tells_singletons(freedom: Freedom, row: int, told: set[int]) -> bool:
    """Whether `row` is now a sum of singletons alone; `told` collects those of uneven sums."""
    changes = freedom.rows[row]
    if not changes or not freedom.late.issuperset(changes):
        return False
    if len({Fraction(change, freedom.units[k]) for k, change in changes.items()}) == 1:
        return True
    if not told.isdisjoint(changes):
        return True
    told.update(changes)
    return False
