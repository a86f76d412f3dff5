"""The gate: whether a candidate may be published.

In: the tables `published_candidate.pub_<dataset>_v1`, the suites in
`expectations/published/` and the platform's own records in `ops`. Out: one decision per
candidate fingerprint and suite in `ops.gate_decision`, with its reasons, and the last answers of
every check as internal pages (`data_docs`) that hold nothing of the data. Promises: a check that
cannot run counts as failed; reasons carry counts, never row values; the same candidate under the
same suite has one decision.
"""

from busan_safety.gate.candidate import CandidateMissing, fingerprint_of, read_candidate
from busan_safety.gate.datasets import (
    Dataset,
    Text,
    UnknownDataset,
    all_datasets,
    get_dataset,
    successor_of,
)
from busan_safety.gate.decision import Decision, GateClosed, Reason, Waived, require_open
from busan_safety.gate.records import approve, find_decision, latest_decision
from busan_safety.gate.suites import SuiteError, load_suite
from busan_safety.gate.validation import CandidateChanged, validate_candidates
from busan_safety.gate.waivers import WaiverError

__all__ = [
    "CandidateChanged",
    "CandidateMissing",
    "Dataset",
    "Decision",
    "GateClosed",
    "Reason",
    "SuiteError",
    "Text",
    "UnknownDataset",
    "Waived",
    "WaiverError",
    "all_datasets",
    "approve",
    "find_decision",
    "fingerprint_of",
    "get_dataset",
    "latest_decision",
    "load_suite",
    "read_candidate",
    "require_open",
    "successor_of",
    "validate_candidates",
]
