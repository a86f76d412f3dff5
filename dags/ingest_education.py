"""Pull the education office's deliveries: schools, school violence and prevention sessions.

The feeds are those of the registry (`list_sources`); each is one task under its Korean title, and
fails alone. The last task tells `build_warehouse`, also when a sender failed; then the run is red
and the sender's last good data stay in use. A feed that used up its daily limit is asked again
after midnight by `resume_pulls`. A backfill run pulls what overlaps its date.
Runbooks: docs/runbooks/late-source.md, docs/runbooks/refused-file.md, docs/runbooks/quota.md,
docs/runbooks/new-form.md, docs/runbooks/wrong-key.md, docs/runbooks/defect.md
"""

from airflow.sdk import dag
from pulls import announce, list_sources, pull_feed
from wiring import EDUCATION_DELIVERIES, dag_defaults, every


@dag(
    schedule=every("30 6 * * *"),
    **dag_defaults(__doc__, name="교육청 자료 수집", tags=["ingest", "education"]),
)
def ingest_education():
    pulled = pull_feed.override(pool="education").expand(source_id=list_sources("education"))
    announce(EDUCATION_DELIVERIES, "education", pulled)


ingest_education()
