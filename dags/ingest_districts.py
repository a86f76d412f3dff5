"""Pull the deliveries of the 16 districts: cameras, lights, bells, zones, patrols, ordinances.

One task a district, under its Korean name, pulls all its feeds one after the other, goes on after
a failure and fails at its end with everything that failed. A district that is down fails alone;
the other 15 go on and `build_warehouse` is told whatever happened.
Runbooks: docs/runbooks/late-source.md, docs/runbooks/refused-file.md, docs/runbooks/quota.md,
docs/runbooks/new-form.md, docs/runbooks/wrong-key.md, docs/runbooks/defect.md
"""

from airflow.sdk import dag, task
from pulls import announce, pull_district
from wiring import DISTRICT_DELIVERIES, dag_defaults, every


@task
def list_districts() -> list[str]:
    from busan_safety.sources.reference import districts

    return sorted(districts())


@dag(
    schedule=every("40 6 * * *"),
    **dag_defaults(__doc__, name="구·군 자료 수집", tags=["ingest", "districts"]),
)
def ingest_districts():
    pulled = pull_district.override(pool="districts").expand(district=list_districts())
    announce(DISTRICT_DELIVERIES, "districts", pulled)


ingest_districts()
