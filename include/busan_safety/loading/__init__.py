"""Loading: a landed delivery becomes typed raw rows; every refused row is kept with its reason.

In: offers of a sender, or a file. Out: rows in `raw.<source_id>`, a row in `ops.batch`, refused
rows in `quarantine`. Promises: whole or not at all; rows received = loaded + quarantined; the
same content is never loaded twice; a changed delivery supersedes the old one for its slices.
"""

from busan_safety.loading.deliver import ingest_file, pull
from busan_safety.loading.raw_tables import create_raw_tables
from busan_safety.loading.report import BatchReport, PullReport

__all__ = ["BatchReport", "PullReport", "create_raw_tables", "ingest_file", "pull"]
