"""Where to put new cameras: a priority score of map cells and an exact choice of sites.

In: tables of H3 cells (resolution 9) with counts, and how many cameras can be bought. Out: a
table with every component of the score, and the cells that cover most of the need not yet
covered, beside the plain ranking and the greedy choice. Pure functions, no database.
Promises: the same input in any order gives the same answer; a solution that was not proven best
says so with its bound; the limits of reported crime stand beside the numbers (`LIMITS_KO`,
`LIMITS_EN`).
"""

from busan_safety.evaluation.siting.cover import Choice, CoverPlan, site_cameras
from busan_safety.evaluation.siting.score import LIMITS_EN, LIMITS_KO, Weights, priority_scores

__all__ = [
    "LIMITS_EN",
    "LIMITS_KO",
    "Choice",
    "CoverPlan",
    "Weights",
    "priority_scores",
    "site_cameras",
]
