"""Build the warehouse: raw → reference → staging → intermediate → marts, tests between.

Starts when all four agencies have reported. Does nothing when neither a batch nor the models
changed since the last build. One in-process dbt task per layer; each model's result is in the
task's log, in `ops.dbt_result` and an asset event.
Runbook: docs/runbooks/late-source.md
"""

from typing import Any

from airflow.sdk import TriggerRule, dag, get_current_context, task
from wiring import (
    CITY_DELIVERIES,
    DBT_MODELS,
    DISTRICT_DELIVERIES,
    EDUCATION_DELIVERIES,
    MARTS,
    POLICE_DELIVERIES,
    RELEASES,
    build_layer,
    dag_defaults,
    log,
)

LAYERS = ("reference", "staging", "intermediate", "marts")


@task.branch(inlets=[MARTS, RELEASES])
def check_for_changes() -> str | None:
    from busan_safety import transform

    if transform.needs_build():
        return "build_reference"
    events: Any = get_current_context()["inlet_events"]
    built, released = (
        [event.timestamp for event in events[asset].ascending(False).limit(1)]
        for asset in (MARTS, RELEASES)
    )
    if built > released:
        log.warning("Nothing changed, but the last build was never published: go on from there.")
        return "record_build"
    log.info("Nothing changed since the last build; the run ends here.")
    return None


@task(trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS, outlets=[MARTS])
def record_build(first_task: str) -> None:
    from busan_safety import transform

    if first_task != "record_build":
        transform.record_build(get_current_context()["run_id"], "built")


@dag(
    schedule=CITY_DELIVERIES & POLICE_DELIVERIES & EDUCATION_DELIVERIES & DISTRICT_DELIVERIES,
    **dag_defaults(__doc__, name="웨어하우스 구축", tags=["build", "dbt"]),
)
def build_warehouse():
    first_task = check_for_changes()
    previous = first_task
    for layer in LAYERS:
        built = build_layer.override(task_id=f"build_{layer}", outlets=[DBT_MODELS])(layer)
        previous >> built
        previous = built
    previous >> record_build(first_task)


build_warehouse()
