"""Complementary suppression by Gaussian elimination: publish the dearest first, if it is safe.

Source of the idea: Langsrud, O. (2024) "Secondary cell suppression by Gaussian elimination",
Privacy in Statistical Databases, LNCS 14915; its implementation in R is GaussSuppression. Here
the elimination runs on the dual basis (`freedom`), which decides the same and stays sparse.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from busan_safety.disclosure.suppression.freedom import Freedom
from busan_safety.disclosure.suppression.model import Bools, Model


def eliminate(model: Model) -> Bools:
    """Return which rows of the model are hidden: primary ones and their complements.

    A cell is published unless some primary cell were then a sum and difference of published
    cells. Forced cells are published first, whatever they give away: `repair` finds that.
    """
    freedom = Freedom(model.members)
    hidden = model.primary.copy()
    for row in model.order[model.forced[model.order]]:
        freedom.publish(int(row))
    for row in model.order[~(model.forced | model.primary)[model.order]].tolist():
        if _gives_away(freedom, row, model.primary):
            hidden[row] = True
        else:
            freedom.publish(row)
    return hidden


def _gives_away(freedom: Freedom, row: int, primary: Bools) -> bool:
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
