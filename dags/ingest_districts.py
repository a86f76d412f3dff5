"""Pull the deliveries of the 16 districts: cameras and safe return routes.

One mapped task per source, one instance per district under its Korean name. A district that is
down fails alone; the other 15 go on and `build_warehouse` is told whatever happened.
Runbooks: docs/runbooks/late-source.md, docs/runbooks/refused-file.md
"""

from airflow.sdk import dag, task
from wiring import DISTRICT_DELIVERIES, announce, dag_defaults, every, pull_source


@task
def list_districts() -> list[str]:
    from busan_safety.sources.reference import districts

    return sorted(districts())


@dag(
    schedule=every("40 6 * * *"),
    **dag_defaults(__doc__, name="구·군 자료 수집", tags=["ingest", "districts"]),
)
def ingest_districts():
    districts = list_districts()
    pulls = {
        name: pull_source.override(task_id=f"pull_{name}", map_index_template="{{ district }}")
        .partial(source_id=name)
        .expand(district=districts)
        for name in ("district_cctv", "district_safe_routes")
    }
    announce(DISTRICT_DELIVERIES, pulls, scopes=districts)


ingest_districts()
