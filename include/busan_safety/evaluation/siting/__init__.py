"""Where to put new cameras: a priority score of map cells.

In: tables of H3 cells (resolution 9) with counts. Out: a table with every component of the
score. Pure functions, no database.
Promises: the same input in any order gives the same answer; the limits of reported
crime stand beside the numbers (`LIMITS_KO`, `LIMITS_EN`).
"""

from busan_safety.evaluation.siting.score import LIMITS_EN, LIMITS_KO, Weights, priority_scores

__all__ = [
    "LIMITS_EN",
    "LIMITS_KO",
    "Weights",
    "priority_scores",
]
