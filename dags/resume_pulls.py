"""Ask senders again whose daily limit was used up, after the time until which they want peace.

The ingest DAGs start one run for each agency and time, named after both. Its task waits deferred,
without a worker; then it pulls every feed of the agency that still waits, one after the other,
and waits for the next midnight if a limit is used up again. Then `build_warehouse` is started,
because the morning's build went without them.
Runbook: docs/runbooks/quota.md
"""

import datetime as dt
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk import BaseOperator, dag
from pulls import RESUME_POOL, RETRYING, conclude
from wiring import dag_defaults

MOST_MIDNIGHTS = 7


class ResumedPulls(BaseOperator):
    """Pull what an agency's waiting senders have, not before the time in the run's configuration.

    Who waits is read from the records then, so that what was pulled meanwhile is left alone and
    what came to wait meanwhile is not forgotten.
    """

    def execute(self, context: Any) -> None:
        """Wait, deferred, until the time has come; then pull."""
        self._wait_until(dt.datetime.fromisoformat(context["dag_run"].conf["until"]))
        self.pull_again(context)

    def pull_again(self, context: Any, event: Any = None, midnights: int = 1) -> None:
        """Pull; wait once more where a limit is used up again, MOST_MIDNIGHTS times in all."""
        from busan_safety.loading.run_records import due_again, note_waits
        from busan_safety.loading.sender import pull_feeds
        from busan_safety.sources import get_source

        run_id, outcomes = context["run_id"], []
        for one in due_again(context["dag_run"].conf["agency"]):
            by_district = get_source(one.source_id).transport.senders == "districts"
            scope = one.scope_key if by_district else None
            outcomes += pull_feeds([one.source_id], scope, run_id=run_id)
        note_waits(run_id, outcomes, failed_too=True)
        waits = [one.retry_at for one in outcomes if one.outcome == "waits"]
        may_wait = midnights < MOST_MIDNIGHTS
        conclude(outcomes, may_wait=may_wait)
        if waits and may_wait:
            self._wait_until(max(waits), midnights + 1)

    def _wait_until(self, moment: dt.datetime, midnights: int = 1) -> None:
        if moment > dt.datetime.now(dt.UTC):
            self.defer(
                trigger=DateTimeTrigger(moment=moment),
                method_name="pull_again",
                kwargs={"midnights": midnights},
            )


@dag(
    schedule=None,
    **dag_defaults(__doc__, name="대기 자료 재수집", tags=["ingest"], max_active_runs=16),
)
def resume_pulls():
    pulled = ResumedPulls(task_id="pull_again", pool=RESUME_POOL, **RETRYING)
    pulled >> TriggerDagRunOperator(task_id="build_again", trigger_dag_id="build_warehouse")


resume_pulls()
