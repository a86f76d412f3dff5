"""How ingest DAGs pull: one mapped task a feed (or a district), then the news of what came.

No DAG here (`.airflowignore`). What a sender's failure becomes: a retry after the time the sender
asks for, a run of `resume_pulls` where that time is far away, or a failed task at once. None of
them holds a worker. The product's packages are imported inside the tasks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import (
    Asset,
    RetryDecision,
    RetryPolicy,
    TriggerRule,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from wiring import SEOUL, log

RESUME_DAG = "resume_pulls"
RESUME_POOL = "resumed_pulls"


class AskAgain(AirflowException):
    """A sender that may answer later; `retry_at` says when."""

    def __init__(self, message: str, retry_at: dt.datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class WhenTheSenderSays(RetryPolicy):
    """Retry when the sender allows it, never before the task's own growing delay."""

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """Return the retry and its delay; anything but a sender's failure is not for us."""
        if not isinstance(exception, AskAgain):
            return RetryDecision.default()
        grown = dt.timedelta(seconds=10 * 2 ** (try_number - 1))
        asked = exception.retry_at - dt.datetime.now(dt.UTC)
        return RetryDecision.retry(delay=max(grown, asked), reason=str(exception)[:300])


RETRYING: dict[str, Any] = {"retries": 3, "retry_policy": WhenTheSenderSays()}


@task
def list_sources(agency: str) -> list[str]:
    """Ids of the agency's feeds; in a backfill those that have periods at all."""
    from busan_safety.loading.run_records import feeds_of

    return [one for one in feeds_of(agency) if _period(one) != ""]


@task(map_index_template="{{ feed }}", **RETRYING)
def pull_feed(source_id: str) -> None:
    """Pull one feed of one sender."""
    from busan_safety.sources import get_source

    context: Any = get_current_context()
    context["feed"] = get_source(source_id).title.ko
    _pull([source_id], None)


@task(map_index_template="{{ district }}", **RETRYING)
def pull_district(district: str) -> None:
    """Pull all feeds of one district, go on after a failure, name every failure at the end."""
    from busan_safety.loading.run_records import feeds_of
    from busan_safety.sources.reference import districts

    context: Any = get_current_context()
    context["district"] = districts()[district].name_ko
    _pull(feeds_of("districts"), district)


def announce(deliveries: Asset, agency: str, pulled: Any) -> None:
    """End an ingest DAG: tell what came in whatever failed, and still show the failure.

    The asset is updated even when every sender failed, because the others' data must not wait;
    the run itself is failed by `all_answered`. For senders that wait, `resume_pulls` is started,
    once for each time at which some may be asked again.
    """

    @task(trigger_rule=TriggerRule.ALL_DONE, outlets=[deliveries])
    def announce_deliveries() -> list[dict[str, Any]]:
        from busan_safety.loading.run_records import report_run

        context: Any = get_current_context()
        if _backfill_day() is not None:
            raise AirflowSkipException("A backfill is built once, at its end: see docs/how-to.")
        report = report_run(context["run_id"], agency)
        for sender in report.failed_senders:
            log.error("No data from %s; its last good data stay in use.", sender)
        for one in report.waiting:
            log.warning("%s of %s waits until %s.", one.source_id, one.scope_key, one.retry_at)
        context["outlet_events"][deliveries].extra = {
            "new_batches": report.new_batches,
            "failed_senders": report.failed_senders,
            "waiting_senders": [f"{one.source_id}:{one.scope_key}" for one in report.waiting],
        }
        return [_resumption(agency, time) for time in {one.retry_at for one in report.waiting}]

    all_answered = EmptyOperator(
        task_id="all_answered", doc_md="Fails with any sender, so that the run shows it."
    )
    announced = announce_deliveries()
    pulled >> [announced, all_answered]
    TriggerDagRunOperator.partial(
        task_id="resume_later",
        trigger_dag_id=RESUME_DAG,
        logical_date=None,
        skip_when_already_exists=True,
    ).expand_kwargs(announced)


def conclude(outcomes: Sequence[Any], *, may_wait: bool = False) -> None:
    """Turn what became of the feeds into what Airflow does with the task.

    Raises AskAgain when at least one may be asked again, AirflowFailException when nothing of
    what failed can. may_wait: whether somebody else takes care of feeds that wait.
    """
    for one in outcomes:
        (log.info if one.outcome in ("new", "unchanged") else log.error)("%s", one.message)
    bad = [one for one in outcomes if one.is_bad or (one.outcome == "waits" and not may_wait)]
    if not bad:
        return
    message = "\n".join(one.message for one in bad)
    times = [one.retry_at for one in bad if one.retry_at is not None]
    if times:
        raise AskAgain(message, max(times))
    raise AirflowFailException(message)


def _pull(source_ids: list[str], district: str | None) -> None:
    from busan_safety.loading.run_records import asked_in_backfill, note_waits, still_to_ask
    from busan_safety.loading.sender import pull_feeds
    from busan_safety.sources.reference import CITY_CODE

    context: Any = get_current_context()
    run_id, scope_key = context["run_id"], district or CITY_CODE
    if context["ti"].try_number > 1:
        source_ids = still_to_ask(run_id, source_ids, scope_key)
    outcomes = []
    for source_id in source_ids:
        period = _period(source_id)
        if period == "":
            continue
        if period and asked_in_backfill(source_id, scope_key, period):
            log.info("%s: %s was asked by another day of the backfill.", source_id, period)
            continue
        outcomes += pull_feeds([source_id], district, period=period, run_id=run_id)
    is_backfill = _backfill_day() is not None
    if not is_backfill:
        note_waits(run_id, outcomes)
    # Nothing waits for a backfill: its own task is tried again when the sender allows it.
    conclude(outcomes, may_wait=not is_backfill)


def _period(source_id: str) -> str | None:
    """What a backfill run asks of a feed, '' when there is nothing to ask; None in other runs."""
    from busan_safety.loading.run_records import backfill_period
    from busan_safety.sources import get_source

    day = _backfill_day()
    return None if day is None else backfill_period(get_source(source_id), day) or ""


def _backfill_day() -> dt.date | None:
    """The day in Korea that a backfill run is of; None for every other run."""
    run: Any = get_current_context()["dag_run"]
    if run.run_type != "backfill":
        return None
    day: dt.date = run.logical_date.astimezone(ZoneInfo(SEOUL)).date()
    return day


def _resumption(agency: str, moment: dt.datetime) -> dict[str, Any]:
    """Run id and configuration of the run that asks an agency's waiting senders again."""
    until = moment.astimezone(ZoneInfo(SEOUL))
    return {
        "trigger_run_id": f"{agency}__{until:%Y%m%dT%H%M}",
        "conf": {"agency": agency, "until": until.isoformat()},
    }
