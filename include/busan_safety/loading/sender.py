"""One sender's feeds pulled one after another, and what became of each in words to act on.

A feed that fails does not stop the next. Every failure names sender, feed, period, cause, remedy
and runbook, because the person on call reads nothing else.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg

from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.policy import next_midnight
from busan_safety.loading.deliver import pull
from busan_safety.loading.ops_records import record_pull
from busan_safety.settings import SEOUL
from busan_safety.sources import Source, get_source
from busan_safety.sources.reference import CITY_CODE, districts
from busan_safety.warehouse import WarehouseUnavailable, connect

Runbook = Literal["defect", "late-source", "quota", "refused-file", "wrong-key"]

# Longer waits are handed over, so that the run and the other senders' data do not wait too.
LONGEST_RETRY = dt.timedelta(minutes=10)
_BACK_OFF = dt.timedelta(minutes=1)
# Codes whose remedy is a key, a password or a right; KOSIS numbers its own.
_KEY_CODES = frozenset(
    {
        *("20", "21", "29", "30", "31", "32", "33", "-401", "-4", "INFO-300", "ERROR-290"),
        *("http_401", "http_403", "no_connection", "refused", "host_key"),
    }
)
_KOSIS_KEY_CODES = frozenset({"10", "11", "42", "http_401", "http_403", "no_connection"})

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FeedOutcome:
    """What became of one feed of one sender.

    outcome: `failed` may be tried again where `retry_at` says when; `waits` is asked again at
    `retry_at`, too far away for a retry. message: the whole sentence for `refused`, `failed` and
    `waits`, what came in for the others.
    """

    source_id: str
    scope_key: str
    outcome: Literal["new", "unchanged", "refused", "failed", "waits"]
    message: str
    retry_at: dt.datetime | None = None

    @property
    def is_bad(self) -> bool:
        """Whether a person has to look at it."""
        return self.outcome in ("refused", "failed")


def pull_feeds(
    source_ids: Sequence[str],
    scope: str | None = None,
    *,
    period: str | None = None,
    run_id: str | None = None,
) -> list[FeedOutcome]:
    """Pull each feed in turn, whatever became of the one before; never raises for a feed.

    scope: the district's code where the sender is a district. period: only what overlaps it.
    """
    return [_pull_feed(get_source(one), scope, period, run_id) for one in source_ids]


def sender_name(source: Source, scope_key: str | None) -> str:
    """The sender as people call it: the district, otherwise the publisher."""
    if source.transport.senders == "districts" and scope_key in districts():
        return f"부산광역시 {districts()[scope_key].name_ko}"
    return source.publisher.ko


def failure_message(
    source: Source, scope_key: str | None, period: str | None, cause: str, runbook: Runbook
) -> str:
    """Sender, feed, period, cause, remedy and runbook on one line."""
    return (
        f"Sender {sender_name(source, scope_key)}, feed {source.id} ({source.title.ko}), "
        f"period {period or 'all that is new'}. Cause: {cause.rstrip('. ')}. "
        f"Do: {_remedy(source, scope_key, runbook)} Runbook: docs/runbooks/{runbook}.md"
    )


def _pull_feed(
    source: Source, scope: str | None, period: str | None, run_id: str | None
) -> FeedOutcome:
    scope_key = scope or CITY_CODE
    try:
        report = pull(source.id, scope, period=period, run_id=run_id)
    except SourceFailure as failure:
        return _failed(source, scope_key, period, failure)
    except Exception as error:
        # Only a sender may be asked again; a defect of ours does not go away by itself.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s of %s failed:\n%s", source.id, scope_key, where)
        cause = f"a defect of the platform ({_without_values(error)})"
        message = failure_message(source, scope_key, period, cause, "defect")
        _record_defect(source, scope_key, run_id, cause)
        return FeedOutcome(source.id, scope_key, "failed", message)
    if report.outcome == "refused":
        message = failure_message(source, scope_key, period, report.message, "refused-file")
        return FeedOutcome(source.id, scope_key, "refused", message)
    return FeedOutcome(source.id, scope_key, report.outcome, f"{source.id}: {report.message}")


def _without_values(error: Exception) -> str:
    """What kind of error, and where; not its text, which may repeat a row, unless it is ours."""
    if type(error).__module__.startswith("busan_safety."):
        return str(error)
    name = type(error).__name__
    if isinstance(error, psycopg.Error):
        return f"{name}, SQLSTATE {error.sqlstate}"
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{name}{place}"


def _record_defect(source: Source, scope_key: str, run_id: str | None, cause: str) -> None:
    """Leave a record of the attempt as other failures do, unless the warehouse is what failed."""
    with contextlib.suppress(WarehouseUnavailable, psycopg.Error), connect("loader") as connection:
        record_pull(connection, source.id, scope_key, run_id, "failed", 0, [], cause)


def _failed(
    source: Source, scope_key: str, period: str | None, failure: SourceFailure
) -> FeedOutcome:
    now = dt.datetime.now(SEOUL)
    retry_at = _retry_at(failure, now)
    message = failure_message(source, scope_key, period, str(failure), _runbook(source, failure))
    far = retry_at is not None and retry_at - now > LONGEST_RETRY
    return FeedOutcome(source.id, scope_key, "waits" if far else "failed", message, retry_at)


def _runbook(source: Source, failure: SourceFailure) -> Runbook:
    if failure.action in ("stop_until_midnight", "back_off"):
        return "quota"
    is_kosis = source.transport.kind == "kosis"
    codes = _KOSIS_KEY_CODES if is_kosis else _KEY_CODES
    return "wrong-key" if failure.code in codes else "late-source"


def _retry_at(failure: SourceFailure, now: dt.datetime) -> dt.datetime | None:
    """When the sender may be asked again; None where asking again does not help."""
    if failure.action == "fail":
        return None
    if failure.retry_at is not None:
        return failure.retry_at
    if failure.action == "stop_until_midnight":
        return next_midnight(now)
    return now + (_BACK_OFF if failure.action == "back_off" else dt.timedelta(0))


def _remedy(source: Source, scope_key: str | None, runbook: Runbook) -> str:
    transport = source.transport.exceptions.get(scope_key or "", source.transport)
    return {
        "defect": "report it with the task's log; trying again does not help.",
        "late-source": "its last good data stay in use; if it stays silent, ask the sender.",
        "quota": "nothing; it is asked again by itself when the limit is free.",
        "refused-file": "the last good delivery stays in use; look the code up in the runbook, "
        "or ask the sender for a right one.",
        "wrong-key": f"correct AIRFLOW_CONN_{transport.connection.upper()} in .env.",
    }[runbook]
