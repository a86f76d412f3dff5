"""Where to put new cameras: a priority score of map cells and an exact choice of sites.

In: cells (H3, resolution 9) of the marts with counts, the policy `siting.yml` (weights, reach, how
many cameras, who decided), the districts' outlines. Out: every cell with its score's components
(`evaluation_restricted.fct_cctv_priority`) and the cells that cover most of the need not yet
covered, beside the plain rankings and the greedy choice (`evaluation.fct_cctv_siting`).
Promises: the same input in any order gives the same answer; a solution that was not proven best
says so with its bound; the limits of reported crime and of each input stand beside the numbers;
single cells stay inside the agency (ADR 20).
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
