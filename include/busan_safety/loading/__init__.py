"""Loading: a landed delivery becomes typed raw rows; every refused row is kept with its reason.

In: offers of a sender, or a file. Out: rows in `raw.<source_id>` with the declared privacy classes
applied, a row in `ops.batch`, refused rows in `quarantine`, what nobody knew in `ops.drift`.
Promises: whole or not at all; rows received = loaded + quarantined; the same content is never
loaded twice; a changed delivery supersedes the old one for its slices.
"""

from busan_safety.loading.deliver import ingest_file, pull
from busan_safety.loading.drift import Unmapped, unmapped
from busan_safety.loading.raw_tables import create_raw_tables
from busan_safety.loading.reloading import accept_refused, reload
from busan_safety.loading.report import BatchReport, PullReport, ReloadReport, RotationReport
from busan_safety.loading.rotation import destroy_pseudonym_key, rotate_pseudonym_key
from busan_safety.loading.slices import ChangedSlice, changed_slices

__all__ = [
    "BatchReport",
    "ChangedSlice",
    "PullReport",
    "ReloadReport",
    "RotationReport",
    "Unmapped",
    "accept_refused",
    "changed_slices",
    "create_raw_tables",
    "destroy_pseudonym_key",
    "ingest_file",
    "pull",
    "reload",
    "rotate_pseudonym_key",
    "unmapped",
]
