"""What one DAG run has asked of which sender so far, from the platform's records.

The records, not Airflow's messages between tasks, because a task that fails for one of its feeds
has still pulled the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from busan_safety.connectors.offers import scopes_of
from busan_safety.loading.sender import FeedOutcome
from busan_safety.sources import Source, all_sources, get_source
from busan_safety.warehouse import connect

_UNIT_OF_CADENCE = {"daily": "day", "monthly": "month", "quarterly": "month", "yearly": "year"}
_CADENCES = tuple(_UNIT_OF_CADENCE)
# In one backfill, each day's run would ask again for the month or year that it lies in.
_ASKED_LATELY = dt.timedelta(hours=12)
_LAST_PULLS = """
    select distinct on (source_id, scope_key) source_id, scope_key, outcome, retry_at
    from ops.pull
    where run_id = %(run)s and source_id = any(%(sources)s)
    order by source_id, scope_key, pull_id desc
"""
_DUE_AGAIN = """
    select source_id, scope_key, retry_at
    from (
        select distinct on (source_id, scope_key) source_id, scope_key, retry_at
        from ops.pull
        where source_id = any(%(sources)s)
        order by source_id, scope_key, pull_id desc
    ) as last_pull
    where retry_at <= clock_timestamp()
    order by source_id, scope_key
"""


@dataclass(frozen=True)
class Waiting:
    """A sender that is asked again later by itself."""

    source_id: str
    scope_key: str
    retry_at: dt.datetime


@dataclass(frozen=True)
class RunReport:
    """What one ingest run brought: batches loaded, senders that failed (`source:scope`) or wait."""

    new_batches: list[int] = field(default_factory=list)
    failed_senders: list[str] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)


def feeds_of(agency: str) -> list[str]:
    """Source ids of an agency, the frequent ones (which have most files) first."""
    ours = [source for source in all_sources().values() if source.agency == agency]
    return [one.id for one in sorted(ours, key=lambda one: _CADENCES.index(one.cadence))]


def backfill_period(source: Source, day: dt.date) -> str | None:
    """The period of a feed that a backfill run of `day` asks for: a day, month or year.

    None where the sender only ever has the present: there is nothing to fetch for a past day.
    """
    transport = source.transport
    is_dated = "?P<period>" in (transport.pattern or "")
    if source.slice.snapshot and not is_dated:
        return None
    asked = transport.periods.unit if transport.periods else source.slice.period
    unit = asked or _UNIT_OF_CADENCE[source.cadence]
    return {"day": day.isoformat(), "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[unit]


def asked_in_backfill(source_id: str, scope_key: str, period: str) -> bool:
    """Whether a backfill run of another day of this month or year has just got an answer."""
    if len(period) > len("2024-03"):
        return False
    with connect("loader") as connection:
        row = connection.execute(
            "select 1 from ops.pull where source_id = %s and scope_key = %s"
            " and outcome in ('new', 'unchanged', 'refused') and run_id like 'backfill\\_\\_%%'"
            " and to_char(split_part(run_id, '__', 2)::timestamptz at time zone 'Asia/Seoul',"
            " 'YYYY-MM-DD') like %s || '-%%' and finished_at > now() - %s limit 1",
            [source_id, scope_key, period, _ASKED_LATELY],
        ).fetchone()
    return row is not None


def still_to_ask(run_id: str, source_ids: Sequence[str], scope_key: str) -> list[str]:
    """Feeds of one sender that this run has no answer for; all of them when it has every one.

    A retry asks only what failed; a run that a person cleared after success asks for everything.
    """
    answered = {
        source_id
        for source_id, scope, outcome, _ in _last_pulls(run_id, source_ids)
        if scope == scope_key and outcome in ("new", "unchanged")
    }
    return [one for one in source_ids if one not in answered] or list(source_ids)


def note_waits(run_id: str, outcomes: Sequence[FeedOutcome], *, failed_too: bool = False) -> None:
    """Record until when the senders that wait are left alone.

    failed_too: also those that are tried again soon, so that `due_again` finds them.
    """
    with connect("loader") as connection:
        for one in outcomes:
            if one.outcome == "waits" or (failed_too and one.retry_at is not None):
                connection.execute(
                    "update ops.pull set retry_at = %s where pull_id = (select max(pull_id)"
                    " from ops.pull where source_id = %s and scope_key = %s and run_id = %s)",
                    [one.retry_at, one.source_id, one.scope_key, run_id],
                )


def due_again(agency: str) -> list[Waiting]:
    """Senders of an agency that wait, by their last pull, and may be asked again by now."""
    with connect("loader") as connection:
        rows = connection.execute(_DUE_AGAIN, {"sources": feeds_of(agency)}).fetchall()
    return [Waiting(*row) for row in rows]


def report_run(run_id: str, agency: str) -> RunReport:
    """Return what the run got from every sender of the agency.

    A sender without any record counts as failed: its task ended before it could ask.
    """
    source_ids = feeds_of(agency)
    expected = {(one, scope) for one in source_ids for scope in scopes_of(get_source(one))}
    pulls = _last_pulls(run_id, source_ids)
    waiting = [
        Waiting(source_id, scope, retry_at)
        for source_id, scope, _, retry_at in pulls
        if retry_at is not None
    ]
    fine = {(one.source_id, one.scope_key) for one in waiting} | {
        (source_id, scope)
        for source_id, scope, outcome, _ in pulls
        if outcome in ("new", "unchanged")
    }
    with connect("loader") as connection:
        batches = connection.execute(
            "select batch_id from ops.batch where run_id = %s and source_id = any(%s)"
            " and status = 'loaded' order by batch_id",
            [run_id, source_ids],
        ).fetchall()
    return RunReport(
        new_batches=[batch_id for (batch_id,) in batches],
        failed_senders=sorted(
            source_id if len(scopes_of(get_source(source_id))) == 1 else f"{source_id}:{scope}"
            for source_id, scope in expected - fine
        ),
        waiting=waiting,
    )


def _last_pulls(
    run_id: str, source_ids: Sequence[str]
) -> list[tuple[str, str, str, dt.datetime | None]]:
    with connect("loader") as connection:
        rows = connection.execute(_LAST_PULLS, {"run": run_id, "sources": list(source_ids)})
        return list(rows.fetchall())
