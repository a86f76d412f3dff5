"""How old the newest event of each feed and sender is, against the limits of the registry.

Freshness goes by the date of the event, not of arrival: a file that comes every day with last
year's rows is late. Where each district is a sender, each has its own age.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from busan_safety.connectors.offers import scopes_of
from busan_safety.loading.raw_tables import has_raw_table
from busan_safety.loading.sender import sender_name
from busan_safety.settings import SEOUL, Settings, get_settings
from busan_safety.sources import Source, all_sources
from busan_safety.warehouse import connect

State = Literal["fresh", "ageing", "late", "nothing", "empty", "not_asked"]
# States for which the sender, or we, have to do something.
BAD_STATES = frozenset({"late", "empty"})
_LAST_PULLS = """
    select distinct on (source_id, scope_key)
        source_id, scope_key, outcome, message, retry_at, finished_at
    from ops.pull
    order by source_id, scope_key, pull_id desc
"""


@dataclass(frozen=True)
class LastPull:
    """The last attempt to fetch a feed from one sender."""

    source_id: str
    scope_key: str
    outcome: str
    message: str
    retry_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Freshness:
    """Age of one feed of one sender; `age_days` is None when no event was ever loaded."""

    source_id: str
    scope_key: str
    sender: str
    owner: str
    newest_event: date | None
    age_days: int | None
    warn_days: int
    fail_days: int
    last_pull: LastPull | None = None

    @property
    def state(self) -> State:
        """How the age stands to the limits.

        `fresh`, `ageing` past the warning limit, `late` past the failing one. Without any event:
        `not_asked` before the first pull, `nothing` when the sender answered and has none,
        `empty` when it did not answer or its delivery was refused.
        """
        if self.age_days is not None:
            if self.age_days > self.fail_days:
                return "late"
            return "ageing" if self.age_days > self.warn_days else "fresh"
        if self.last_pull is None:
            return "not_asked"
        return "nothing" if self.last_pull.outcome in ("new", "unchanged") else "empty"

    @property
    def sentence(self) -> str:
        """One line: feed, sender, age or why there is none, owner."""
        feed = f"{self.source_id} of {self.sender}"
        owner = f"Owner: {self.owner}."
        if self.age_days is not None:
            limits = f"warns after {self.warn_days}, fails after {self.fail_days}"
            age = f"newest event {self.newest_event}, {self.age_days} days old ({limits})"
            asked = f" {self._asked}" if self.state == "late" else ""
            return f"{feed}: {age}. {owner}{asked}"
        if self.state == "not_asked":
            return f"{feed}: not asked yet; its ingest DAG has not run here. {owner}"
        return f"{feed}: no event was ever loaded. {owner} {self._asked}"

    @property
    def _asked(self) -> str:
        if self.last_pull is None or self.last_pull.finished_at is None:
            return "Never asked."
        moment = self.last_pull.finished_at.astimezone(SEOUL)
        return f"Last asked {moment:%Y-%m-%d %H:%M}: {self.last_pull.outcome}, " + (
            self.last_pull.message[:300].rstrip(". ") + "."
        )


def check_freshness(as_of: date | None = None) -> list[Freshness]:
    """Age of every feed of every sender at `as_of` (default: today in this deployment)."""
    day = as_of or today(get_settings())
    with connect("loader") as connection:
        cursor = connection.cursor(row_factory=class_row(LastPull))
        pulls = {(one.source_id, one.scope_key): one for one in cursor.execute(_LAST_PULLS)}
        return [
            one
            for source in all_sources().values()
            for one in _ages(connection, source, day, pulls)
        ]


def today(settings: Settings) -> date:
    """Today in Korea; in the sandbox the day after its last month, where its time stands still."""
    if settings.is_synthetic:
        last = datetime.strptime(settings.sandbox_to, "%Y-%m").replace(tzinfo=SEOUL)
        return (last.replace(day=28) + timedelta(days=4)).replace(day=1).date()
    return datetime.now(tz=SEOUL).date()


def _ages(
    connection: psycopg.Connection,
    source: Source,
    as_of: date,
    pulls: dict[tuple[str, str], LastPull],
) -> list[Freshness]:
    limits = source.freshness
    newest = _newest_events(connection, source)
    return [
        Freshness(
            source_id=source.id,
            scope_key=scope_key,
            sender=sender_name(source, scope_key),
            owner=source.owner,
            newest_event=newest.get(scope_key),
            age_days=(as_of - event).days if (event := newest.get(scope_key)) else None,
            warn_days=limits.warn_days,
            fail_days=limits.fail_days,
            last_pull=pulls.get((source.id, scope_key)),
        )
        for scope_key in scopes_of(source)
    ]


def _newest_events(connection: psycopg.Connection, source: Source) -> dict[str, date | None]:
    """Scope key → date of the newest event in the current rows."""
    if not has_raw_table(connection, source):
        return {}
    scopes = scopes_of(source)
    current = sql.Identifier("raw", f"current_{source.id}")
    column = source.freshness.event_column
    newest = _newest(column, source.column(column).type)
    if len(scopes) == 1:
        one: Any = connection.execute(
            sql.SQL("select {} from {}").format(newest, current)
        ).fetchone()
        return {scopes[0]: one[0]}
    rows = connection.execute(
        sql.SQL(
            "select batch.scope_key, max(newest.event) from ops.batch as batch inner join"
            " (select _batch_id, {} as event from {} group by _batch_id) as newest"
            " on newest._batch_id = batch.batch_id group by batch.scope_key"
        ).format(newest, current)
    )
    return dict(rows.fetchall())


def _newest(column: str, column_type: str) -> sql.Composable:
    """SQL for the newest event's date; a year counts to its last day."""
    newest = sql.SQL("max({})").format(sql.Identifier(column))
    if column_type in ("smallint", "integer"):
        return sql.SQL("make_date({}::integer, 12, 31)").format(newest)
    return sql.SQL("({})::date").format(newest)
