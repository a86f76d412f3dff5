"""Did it work, and how sure are we: registered plans in, effects with their uncertainty out.

In: plan files (`plans/*.yml`) and the marts. Out: `evaluation.fct_policy_effect`, one row per
effect with estimate, interval, detectable effect, grade and a sentence in Korean and English;
`evaluation.plan_registration`, which plan content was known before its result;
`evaluation.fct_cctv_siting`, where new cameras would cover most need (`siting`).
Promises: methods are pure functions; a plan is registered before its data are read; no sentence
claims more than the design allows; "not detectable with these data" and "refused" are results.
"""

from busan_safety.evaluation.effects import PolicyEffect
from busan_safety.evaluation.plans import PlanRefused
from busan_safety.evaluation.run import UnknownProgramme, evaluate

__all__ = ["PlanRefused", "PolicyEffect", "UnknownProgramme", "evaluate"]
