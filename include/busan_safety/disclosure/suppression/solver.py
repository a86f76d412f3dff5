"""HiGHS, set so that the same problem has the same answer on every machine."""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from busan_safety.disclosure.suppression.model import Floats

OPTIMAL = highspy.HighsModelStatus.kOptimal
INFEASIBLE = highspy.HighsModelStatus.kInfeasible


def solver(
    cost: Floats, lower: Floats, upper: Floats, rows: sparse.csr_array, least: Floats, most: Floats
) -> highspy.Highs:
    """Return HiGHS with `min cost @ x, lower <= x <= upper, least <= rows @ x <= most` loaded.

    One thread, fixed seed and no limit of time: a limit of time cuts off elsewhere on another
    machine.
    """
    program = highspy.HighsLp()
    program.num_col_ = len(cost)
    program.num_row_ = rows.shape[0]
    program.col_cost_ = cost
    program.col_lower_ = lower
    program.col_upper_ = upper
    program.row_lower_ = least
    program.row_upper_ = most
    by_row = sparse.csr_array(rows, dtype=float)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = by_row.indptr.astype(np.int32)
    program.a_matrix_.index_ = by_row.indices.astype(np.int32)
    program.a_matrix_.value_ = by_row.data
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 0)
    highs.passModel(program)
    return highs
