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

from busan_safety.disclosure.declared import LinksRefused
from busan_safety.disclosure.policy import PolicyRefused
from busan_safety.disclosure.protect import ProtectionReport, UnclassedIndicator, protect

__all__ = ["LinksRefused", "PolicyRefused", "ProtectionReport", "UnclassedIndicator", "protect"]
