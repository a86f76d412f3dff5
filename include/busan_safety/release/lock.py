"""One publisher at a time, also across machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from busan_safety.settings import Settings
from busan_safety.warehouse import connect

_LOCK = 20240403


@contextmanager
def publisher_lock(settings: Settings) -> Iterator[psycopg.Connection]:
    """Connection of role publisher that waits until no other one publishes or withdraws.

    Transactions are repeatable read. The lock goes with the connection, also when it is killed.
    """
    with connect("publisher", settings=settings) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield connection
