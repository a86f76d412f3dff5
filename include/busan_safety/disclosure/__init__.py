"""What may be said in public: marts and effects in, tables without small counts of people out.

In: `marts.*`, relational reports of `marts_restricted`, `evaluation.fct_policy_effect`, the policy
`expectations/disclosure.yml`, the links `expectations/linked/*.yml` and `ops.published_count`, all
counts that ever went out.
Out: schema `disclosed`, the only schema that `published_candidate` reads, and
`ops.disclosure_attack`, what the attack on it found.
Promises: counts of people from 1 to threshold - 1 never leave, nor rates, shares, intervals or
sentences made from them; zeros do; an indicator without a class stops everything; all tables
change together or not at all. Linked counts cannot be computed from each other or from earlier
releases; other datasets have primary suppression only: see `protect`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from busan_safety.disclosure.policy import PolicyRefused

if TYPE_CHECKING:
    from busan_safety.disclosure.declared import LinksRefused
    from busan_safety.disclosure.protection import ProtectionReport, UnclassedIndicator, protect

__all__ = ["LinksRefused", "PolicyRefused", "ProtectionReport", "UnclassedIndicator", "protect"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is asked for: the gate needs the policy, not the solvers."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "declared" if name == "LinksRefused" else "protection"
    return getattr(import_module(f"{__name__}.{module}"), name)
