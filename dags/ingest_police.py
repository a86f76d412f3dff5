"""Pull the police's deliveries: 112 calls, crimes by station and region, fatal accidents.

Every source is its own task and fails alone. The last task tells `build_warehouse`, also when a
sender failed; then the run is red and the sender's last good data stay in use.
Runbooks: docs/runbooks/late-source.md, docs/runbooks/refused-file.md
"""

from airflow.sdk import dag
from wiring import POLICE_DELIVERIES, announce, dag_defaults, every, pull_source


@dag(
    schedule=every("20 6 * * *"),
    **dag_defaults(__doc__, name="경찰 자료 수집", tags=["ingest", "police"]),
)
def ingest_police():
    sources = [
        "police_112_calls",
        "police_crime_by_station",
        "police_crime_by_region",
        "police_fatal_accidents",
    ]
    pulls = {name: pull_source.override(task_id=f"pull_{name}")(name) for name in sources}
    announce(POLICE_DELIVERIES, pulls)


ingest_police()
