"""The key a load may use: of the newest version, and the one the warehouse knows by that number."""

from __future__ import annotations

import psycopg

from busan_safety.privacy.classes import needs_key
from busan_safety.privacy.keys import PseudonymKey, current_key
from busan_safety.sources import Source

# Shared by loads that use a key, exclusive while a new version is made.
KEY_LOCK = 20241122


class KeyMismatch(RuntimeError):
    """The key file holds another key than the one the warehouse was loaded with."""


def key_for(connection: psycopg.Connection, source: Source) -> PseudonymKey | None:
    """The key for this transaction, None for sources that need none.

    No new version is made before the transaction ends. Raises KeyMismatch.
    """
    if not needs_key(source):
        return None
    connection.execute("select pg_advisory_xact_lock_shared(%s)", [KEY_LOCK])
    key = current_key()
    register_key(connection, key)
    return key


def register_key(connection: psycopg.Connection, key: PseudonymKey) -> None:
    """Remember the key's version and check value. Raises KeyMismatch."""
    connection.execute(
        "insert into ops.pseudonym_key (version, check_value) values (%s, %s)"
        " on conflict (version) do nothing",
        [key.version, key.check_value],
    )
    row = connection.execute(
        "select check_value, (select max(version) from ops.pseudonym_key)"
        " from ops.pseudonym_key where version = %s",
        [key.version],
    ).fetchone()
    if row is None or row[0] != key.check_value or row[1] > key.version:
        raise KeyMismatch(
            f"The key file's version {key.version} is not the key that the warehouse was loaded "
            "with: the file was lost or replaced. Put the file back from its backup; if there is "
            "none, run `busan-safety rotate-key`, which makes a new key and reloads."
        )
