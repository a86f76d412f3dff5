"""Pull the education office's deliveries: schools.

The last task tells `build_warehouse`, also when the sender failed; then the run is red and the
last good data stay in use.
Runbooks: docs/runbooks/late-source.md, docs/runbooks/refused-file.md
"""

from airflow.sdk import dag
from wiring import EDUCATION_DELIVERIES, announce, dag_defaults, every, pull_source


@dag(
    schedule=every("30 6 * * *"),
    **dag_defaults(__doc__, name="교육청 자료 수집", tags=["ingest", "education"]),
)
def ingest_education():
    sources = ["education_schools"]
    pulls = {name: pull_source.override(task_id=f"pull_{name}")(name) for name in sources}
    announce(EDUCATION_DELIVERIES, pulls)


ingest_education()
