"""What all DAGs share: the assets that join them, defaults, schedules and the build task.

No DAG here (`.airflowignore`). Nothing is read, connected or heavily imported at this level:
the product's packages are imported inside the tasks.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, AssetAlias, CronTriggerTimetable, get_current_context, task

SEOUL = "Asia/Seoul"
OWNER = "busan-safety-data"

CITY_DELIVERIES = Asset("city_deliveries", group="deliveries")
POLICE_DELIVERIES = Asset("police_deliveries", group="deliveries")
EDUCATION_DELIVERIES = Asset("education_deliveries", group="deliveries")
DISTRICT_DELIVERIES = Asset("district_deliveries", group="deliveries")
MARTS = Asset("marts", group="warehouse")
EVALUATION = Asset("evaluation", group="warehouse")
OPEN_GATE = Asset("open_gate", group="publication")
WAITING_CANDIDATES = Asset("waiting_candidates", group="publication")
RELEASES = Asset("releases", group="publication")
# Stands for the relations of one layer; each build adds an event for every model it made.
DBT_MODELS = AssetAlias("dbt_models")

log = logging.getLogger(__name__)


def dag_defaults(
    doc: str | None, *, name: str, tags: Sequence[str], max_active_runs: int = 1
) -> dict[str, Any]:
    """Arguments that every DAG takes: Korean name, documentation, owner, one run at a time."""
    return {
        "dag_display_name": name,
        "doc_md": doc,
        "tags": list(tags),
        "catchup": False,
        "max_active_runs": max_active_runs,
        "default_args": {"owner": OWNER, "retries": 0},
    }


def every(cron: str) -> CronTriggerTimetable:
    """Return a schedule in Korean time; a DAG that is switched on waits for its next time."""
    # False would still run at once for a tenth of the interval after a missed time.
    return CronTriggerTimetable(cron, timezone=SEOUL, run_immediately=timedelta(0))


@task(retries=0)
def build_layer(layer: str) -> None:
    """Build one dbt layer, show each model's result and add an asset event for each model."""
    from busan_safety import transform

    context: Any = get_current_context()
    try:
        results = transform.build_layer(layer, run_id=context["run_id"])
    except transform.BuildFailed:
        # Candidates are built behind the marts; their failure is the gate's, not the build's.
        if layer != "published":
            transform.record_build(context["run_id"], "failed")
        raise
    for result in results:
        if result.resource_type == "model":
            context["outlet_events"][DBT_MODELS].add(
                Asset(result.relation),
                extra={"status": result.status, "rows": result.rows, "seconds": result.seconds},
            )
