"""Pull the city's deliveries: registered population and living lab projects.

Every source is its own task and fails alone. The last task tells `build_warehouse`, also when a
sender failed; then the run is red and the sender's last good data stay in use.
Runbooks: docs/runbooks/late-source.md, docs/runbooks/refused-file.md
"""

from airflow.sdk import dag
from wiring import CITY_DELIVERIES, announce, dag_defaults, every, pull_source


@dag(
    schedule=every("10 6 * * *"),
    **dag_defaults(__doc__, name="시 자료 수집", tags=["ingest", "city"]),
)
def ingest_city():
    sources = ["city_population", "city_living_lab"]
    pulls = {name: pull_source.override(task_id=f"pull_{name}")(name) for name in sources}
    announce(CITY_DELIVERIES, pulls)


ingest_city()
