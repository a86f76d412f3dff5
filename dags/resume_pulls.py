"""Ask a sender again whose daily limit was used up, after the time until which it wants peace.

The ingest DAGs start one run for each feed and sender that waits, named after them and the time.
Its task waits deferred, without a worker, pulls, and waits for the next midnight if the limit is
used up again. Then `build_warehouse` is started, because the morning's build went without it.
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


class ResumedPull(BaseOperator):
    """Pull one feed of one sender, named in the run's configuration, not before its time."""

    def execute(self, context: Any) -> None:
        """Wait, deferred, for the time that the run's configuration names; then pull."""
        self._wait_until(dt.datetime.fromisoformat(context["dag_run"].conf["until"]))
        self.pull_again(context)

    def pull_again(self, context: Any, event: Any = None, midnights: int = 1) -> None:
        """Pull; wait once more when the limit is used up again, MOST_MIDNIGHTS times in all."""
        from busan_safety.loading.sender import pull_feeds
        from busan_safety.sources import get_source

        conf = context["dag_run"].conf
        by_district = get_source(conf["source_id"]).transport.senders == "districts"
        scope = conf["scope_key"] if by_district else None
        (outcome,) = pull_feeds([conf["source_id"]], scope, run_id=context["run_id"])
        if outcome.outcome == "waits" and midnights < MOST_MIDNIGHTS:
            self.log.warning("%s", outcome.message)
            self._wait_until(outcome.retry_at, midnights + 1)
        conclude([outcome])

    def _wait_until(self, moment: dt.datetime, midnights: int = 1) -> None:
        if moment > dt.datetime.now(dt.UTC):
            self.defer(
                trigger=DateTimeTrigger(moment=moment),
                method_name="pull_again",
                kwargs={"midnights": midnights},
            )


@dag(
    schedule=None,
    **dag_defaults(__doc__, name="대기 자료 재수집", tags=["ingest"], max_active_runs=64),
)
def resume_pulls():
    pulled = ResumedPull(task_id="pull_again", pool=RESUME_POOL, **RETRYING)
    pulled >> TriggerDagRunOperator(task_id="build_again", trigger_dag_id="build_warehouse")


resume_pulls()
