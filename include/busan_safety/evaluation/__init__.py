"""Did it work, and how sure are we: registered plans in, effects with their uncertainty out.

In: plan files (`plans/*.yml`) and the marts. Out: `evaluation.fct_policy_effect`, one row per
effect with estimate, interval, detectable effect, grade and a sentence in Korean and English;
`evaluation.plan_registration`, which plan content was known before its result;
`evaluation.fct_cctv_siting`, where new cameras would cover most need (`siting`).
Promises: methods are pure functions; a plan is registered before its data are read; no sentence
claims more than the design allows; "not detectable with these data" and "refused" are results.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from busan_safety.evaluation.effects import PolicyEffect
    from busan_safety.evaluation.plans import PlanRefused
    from busan_safety.evaluation.run import UnknownProgramme, evaluate

__all__ = ["PlanRefused", "PolicyEffect", "UnknownProgramme", "evaluate"]
_MODULES = {"PlanRefused": "plans", "PolicyEffect": "effects"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is asked for: the methods take seconds, and many need none."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'run')}"), name)
