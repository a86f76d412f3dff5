"""Releases: what the gate passed, written once, whole, and never changed.

In: a candidate and the gate's decision on exactly its fingerprint. Out: a folder
`releases/<dataset>/<version>/`, the live table `published.<dataset>`, a row in `ops.release`, and
the catalogue of everything released. Promises: the same candidate gives the same bytes and no
second version; no file holds a number that its row hides, and all say the same; a kill at any
moment leaves the old or the new release whole; a closed gate leaves the last release in place; a
withdrawn version leaves a tombstone and is never published again.
"""

from busan_safety.release.catalogue import list_publications, write_catalogue
from busan_safety.release.errors import FilesRefused, ReleaseError
from busan_safety.release.publication import Publication
from busan_safety.release.publish import ReleaseReport, publish_passed
from busan_safety.release.trace import Trace, UntraceableKey, trace
from busan_safety.release.verify import Problem, verify
from busan_safety.release.withdraw import CannotWithdraw, WithdrawalReport, withdraw

__all__ = [
    "CannotWithdraw",
    "FilesRefused",
    "Problem",
    "Publication",
    "ReleaseError",
    "ReleaseReport",
    "Trace",
    "UntraceableKey",
    "WithdrawalReport",
    "list_publications",
    "publish_passed",
    "trace",
    "verify",
    "withdraw",
    "write_catalogue",
]
