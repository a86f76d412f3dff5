"""Requests counted per key and service in the warehouse, so that parallel tasks share one limit.

`ops.request_quota` has a row for each key (its hash), service and day in Korea. Taking a request
is one statement: it counts, gives the moment at which the request may go, and gives nothing once
the limit is reached or the sender said that it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg

from busan_safety.connectors.connection import Connection
from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.policy import USED_UP, next_midnight
from busan_safety.settings import SEOUL
from busan_safety.sources.model import Quota
from busan_safety.warehouse import WarehouseUnavailable, connect

# Longer waits for one's turn are handed over: waiting must not hold a worker.
LONGEST_TURN_SECONDS = 5.0

_TAKE = """
    insert into ops.request_quota as known (key_hash, service, day, used_count, next_at)
    values (
        %(key_hash)s, %(service)s, %(day)s, 1,
        clock_timestamp() + make_interval(secs => %(gap)s)
    )
    on conflict (key_hash, service, day) do update set
        used_count = known.used_count + 1,
        next_at = greatest(known.next_at, clock_timestamp()) + make_interval(secs => %(gap)s)
    where
        not known.is_used_up
        and (%(per_day)s::integer is null or known.used_count < %(per_day)s)
    returning extract(epoch from next_at - clock_timestamp()) - %(gap)s
"""
_MARK = """
    insert into ops.request_quota as known (key_hash, service, day, used_count, is_used_up)
    values (%(key_hash)s, %(service)s, %(day)s, 1, true)
    on conflict (key_hash, service, day) do update set is_used_up = true
"""


class Counter(Protocol):
    """Who is asked before each request."""

    def take(self) -> None:
        """Wait for one's turn; raises SourceFailure when there is none today."""

    def mark_used_up(self) -> None:
        """The sender says that the day is used up."""

    def close(self) -> None:
        """Let go of what counting needs."""


class Uncounted:
    """For requests that no limit covers."""

    def take(self) -> None:
        """Go at once."""

    def mark_used_up(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class Limit:
    """Requests a day and a second; None where the sender has no limit that we know."""

    per_day: int | None = None
    per_second: float | None = None


def limit_of(connection: Connection, quota: Quota | None) -> Limit:
    """The limit of a key: what the connection's `extra` says goes before the registry's.

    Raises SourceFailure when `extra` holds something else than positive numbers.
    """
    declared = {
        "per_day": quota.per_day if quota else None,
        "per_second": quota.per_second if quota else None,
    }
    for name in declared:
        given = connection.extra.get(name)
        if given is None:
            continue
        if isinstance(given, bool) or not isinstance(given, int | float) or given <= 0:
            raise connection.unfit(f"has an extra {name!r} that is not a positive number")
        declared[name] = given
    per_day, per_second = declared["per_day"], declared["per_second"]
    return Limit(int(per_day) if per_day else None, per_second)


class RequestCounter:
    """Counts the requests of one connection's key on one service.

    clock: the time now, for tests of midnight. Raises WarehouseUnavailable at the first request
    when the warehouse does not answer: without it nobody can count.
    """

    def __init__(
        self,
        connection: Connection,
        service: str,
        limit: Limit,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(SEOUL),
    ) -> None:
        self._connection = connection
        self._service = service
        self._limit = limit
        self._clock = clock
        self._key_hash = key_hash(connection)
        self._warehouse: psycopg.Connection | None = None

    def take(self) -> None:
        """Count one request and wait for its turn.

        Raises SourceFailure with code 22 when the day is used up, and with action `back_off`
        when the turn is too far away to wait for.
        """
        gap = 1 / self._limit.per_second if self._limit.per_second else 0.0
        row = self._execute(_TAKE, {"gap": gap, "per_day": self._limit.per_day}).fetchone()
        if row is None:
            raise self._used_up()
        wait = float(row[0])
        if wait > LONGEST_TURN_SECONDS:
            raise SourceFailure(
                f"{self._connection.id}: {wait:.0f} seconds of requests are waiting for their turn "
                f"({self._limit.per_second:g} a second); it is tried again later.",
                code="23",
                action="back_off",
                retry_at=self._clock() + dt.timedelta(seconds=wait),
            )
        if wait > 0:
            time.sleep(wait)

    def mark_used_up(self) -> None:
        """Remember for all tasks that the sender refuses further requests today."""
        self._execute(_MARK, {})

    def close(self) -> None:
        """Close the connection to the warehouse."""
        if self._warehouse is not None:
            self._warehouse.close()
            self._warehouse = None

    def _used_up(self) -> SourceFailure:
        allowed = f"{self._limit.per_day:,} requests" if self._limit.per_day else "requests"
        return SourceFailure(
            f"{self._connection.id}: today's {allowed} to {self._service} are used up, by our own "
            "count or by the sender's word; the sender was not asked. It is free again after "
            "midnight (KST).",
            code=USED_UP,
            action="stop_until_midnight",
            retry_at=next_midnight(self._clock()),
        )

    def _execute(self, statement: str, given: dict[str, Any]) -> psycopg.Cursor[Any]:
        today = self._clock().astimezone(SEOUL).date()
        values = {"key_hash": self._key_hash, "service": self._service, "day": today, **given}
        try:
            if self._warehouse is None:
                self._warehouse = connect("loader")
                self._warehouse.autocommit = True
            return self._warehouse.execute(statement, values)
        except (psycopg.Error, WarehouseUnavailable) as error:
            what = str(error).strip().splitlines()[0]
        raise WarehouseUnavailable(
            f"Requests to {self._connection.id} cannot be counted, so none is made: {what} "
            "Start the warehouse with `make up`."
        )


def key_hash(connection: Connection) -> str:
    """SHA-256 of the key, or of the connection's name where there is no key."""
    return hashlib.sha256((connection.key or f"no key: {connection.id}").encode()).hexdigest()
