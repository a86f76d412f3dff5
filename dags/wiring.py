"""What all DAGs share: the assets that join them, defaults, schedules and the pull task.

No DAG here (`.airflowignore`). Nothing is read, connected or heavily imported at this level:
the product's packages are imported inside the tasks.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import (
    Asset,
    AssetAlias,
    CronTriggerTimetable,
    TriggerRule,
    get_current_context,
    task,
)

SEOUL = "Asia/Seoul"
OWNER = "busan-safety-data"

CITY_DELIVERIES = Asset("city_deliveries", group="deliveries")
POLICE_DELIVERIES = Asset("police_deliveries", group="deliveries")
EDUCATION_DELIVERIES = Asset("education_deliveries", group="deliveries")
DISTRICT_DELIVERIES = Asset("district_deliveries", group="deliveries")
MARTS = Asset("marts", group="warehouse")
EVALUATION = Asset("evaluation", group="warehouse")
OPEN_GATE = Asset("open_gate", group="publication")
RELEASES = Asset("releases", group="publication")
# Stands for the relations of one layer; each build adds an event for every model it made.
DBT_MODELS = AssetAlias("dbt_models")

log = logging.getLogger(__name__)


def dag_defaults(doc: str | None, *, name: str, tags: Sequence[str]) -> dict[str, Any]:
    """Arguments that every DAG takes: Korean name, documentation, owner, one run at a time."""
    return {
        "dag_display_name": name,
        "doc_md": doc,
        "tags": list(tags),
        "catchup": False,
        "max_active_runs": 1,
        "default_args": {"owner": OWNER, "retries": 0},
    }


def every(cron: str) -> CronTriggerTimetable:
    """Return a schedule in Korean time; a DAG that is switched on waits for its next time."""
    # False would still run at once for a tenth of the interval after a missed time.
    return CronTriggerTimetable(cron, timezone=SEOUL, run_immediately=timedelta(0))


def _pull(source_id: str, district: str | None = None) -> dict[str, Any]:
    from airflow.sdk.exceptions import AirflowFailException

    from busan_safety.connectors import SourceFailure
    from busan_safety.loading import pull
    from busan_safety.sources.reference import districts

    context: Any = get_current_context()
    if district is not None:
        context["district"] = districts()[district].name_ko
    try:
        report = pull(source_id, district, run_id=context["run_id"])
    except SourceFailure as failure:
        if failure.transient:
            raise
        raise AirflowFailException(f"{failure} Runbook: docs/runbooks/late-source.md") from failure
    except Exception as error:
        # Only a sender may be asked again; a defect of ours does not go away by itself.
        raise AirflowFailException(f"{type(error).__name__}: {error}") from error
    log.info("%s", report.message)
    if report.outcome == "refused":
        raise AirflowFailException(f"{report.message} Runbook: docs/runbooks/refused-file.md")
    return {
        "source_id": source_id,
        "scope": district,
        "outcome": report.outcome,
        "batch_ids": [batch.batch_id for batch in report.batches],
        "rows_loaded": report.rows_loaded,
        "rows_quarantined": report.rows_quarantined,
    }


pull_source = task(
    retries=3,
    retry_delay=timedelta(seconds=10),
    retry_exponential_backoff=True,
    max_retry_delay=timedelta(minutes=30),
)(_pull)


def announce(deliveries: Asset, pulls: Mapping[str, Any], scopes: Any = None) -> None:
    """End an ingest DAG: tell what came in whatever failed, and still show the failure.

    pulls: source id → result of its pull task. The asset is updated even when every sender
    failed, because the others' data must not wait; the run itself is failed by `all_answered`.
    """

    @task(trigger_rule=TriggerRule.ALL_DONE, outlets=[deliveries])
    def announce_deliveries(
        results: Mapping[str, Any], expected_scopes: Sequence[str] | None = None
    ) -> None:
        answered = {
            (one["source_id"], one["scope"]): one
            for result in results.values()
            for one in _as_list(result)
        }
        expected = {
            (source_id, scope) for source_id in results for scope in expected_scopes or [None]
        }
        failed = sorted(":".join(filter(None, sender)) for sender in expected - answered.keys())
        for sender in failed:
            log.error("No data from %s; its last good data stay in use.", sender)
        context: Any = get_current_context()
        context["outlet_events"][deliveries].extra = {
            "new_batches": [batch_id for one in answered.values() for batch_id in one["batch_ids"]],
            "failed_senders": failed,
        }

    announced = announce_deliveries(dict(pulls), scopes)
    all_answered = EmptyOperator(
        task_id="all_answered", doc_md="Fails with any sender, so that the run shows it."
    )
    for result in pulls.values():
        result >> [announced, all_answered]


def _as_list(result: Any) -> list[Any]:
    """One result, a mapped task's results, or nothing when the task failed."""
    if result is None:
        return []
    return [result] if isinstance(result, Mapping) else [one for one in result if one]


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
