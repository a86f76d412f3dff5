"""How old the newest event of each source is, against the limits that the registry sets.

Freshness goes by the date of the event, not of arrival: a file that comes every day with last
year's rows is late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from busan_safety.settings import Settings, get_settings
from busan_safety.sources import Source, all_sources
from busan_safety.warehouse import connect

State = Literal["fresh", "ageing", "late", "empty"]
_SEOUL = ZoneInfo("Asia/Seoul")


@dataclass(frozen=True)
class Freshness:
    """Age of one source; `age_days` is None when nothing was ever loaded."""

    source_id: str
    newest_event: date | None
    age_days: int | None
    warn_days: int
    fail_days: int

    @property
    def state(self) -> State:
        """`fresh`, past the warning limit, past the failing limit, or nothing loaded."""
        if self.age_days is None:
            return "empty"
        if self.age_days > self.fail_days:
            return "late"
        return "ageing" if self.age_days > self.warn_days else "fresh"

    @property
    def sentence(self) -> str:
        """One line for the log."""
        if self.age_days is None:
            return f"{self.source_id}: nothing was ever loaded."
        return (
            f"{self.source_id}: newest event {self.newest_event}, {self.age_days} days old "
            f"(warns after {self.warn_days}, fails after {self.fail_days})."
        )


def check_freshness(as_of: date | None = None) -> list[Freshness]:
    """Age of every registered source at `as_of` (default: today in this deployment)."""
    day = as_of or today(get_settings())
    with connect("loader") as connection:
        return [_freshness(connection, source, day) for source in all_sources().values()]


def today(settings: Settings) -> date:
    """Today in Korea; in the sandbox the day after its last month, where its time stands still."""
    if settings.is_synthetic:
        last = datetime.strptime(settings.sandbox_to, "%Y-%m").replace(tzinfo=_SEOUL)
        return (last.replace(day=28) + timedelta(days=4)).replace(day=1).date()
    return datetime.now(tz=_SEOUL).date()


def _freshness(connection: psycopg.Connection, source: Source, as_of: date) -> Freshness:
    limits = source.freshness
    newest = connection.execute(
        sql.SQL("select {} from {}").format(
            _newest(limits.event_column, source.column(limits.event_column).type),
            sql.Identifier("raw", f"current_{source.id}"),
        )
    ).fetchone()
    event: date | None = newest[0] if newest else None
    return Freshness(
        source_id=source.id,
        newest_event=event,
        age_days=(as_of - event).days if event else None,
        warn_days=limits.warn_days,
        fail_days=limits.fail_days,
    )


def _newest(column: str, column_type: str) -> sql.Composable:
    """SQL for the newest event's date; a year counts to its last day."""
    newest = sql.SQL("max({})").format(sql.Identifier(column))
    if column_type in ("smallint", "integer"):
        return sql.SQL("make_date({}::integer, 12, 31)").format(newest)
    return sql.SQL("({})::date").format(newest)
