"""Pull the police's deliveries: calls, crimes, accidents, patrols, zones and stations.

The feeds are those of the registry (`list_sources`); each is one task under its Korean title, and
fails alone. The last task tells `build_warehouse`, also when a sender failed; then the run is red
and the sender's last good data stay in use. A feed that used up its daily limit is asked again
after midnight by `resume_pulls`. A backfill run pulls what overlaps its date.
Runbooks: docs/runbooks/late-source.md, docs/runbooks/refused-file.md, docs/runbooks/quota.md,
docs/runbooks/new-form.md, docs/runbooks/wrong-key.md, docs/runbooks/defect.md
"""

from airflow.sdk import dag
from pulls import announce, list_sources, pull_feed
from wiring import POLICE_DELIVERIES, dag_defaults, every


@dag(
    schedule=every("20 6 * * *"),
    **dag_defaults(__doc__, name="경찰 자료 수집", tags=["ingest", "police"]),
)
def ingest_police():
    pulled = pull_feed.override(pool="police").expand(source_id=list_sources("police"))
    announce(POLICE_DELIVERIES, "police", pulled)


ingest_police()
