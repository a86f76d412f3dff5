"""Addresses and keys of senders, by connection id; never part of the registry.

Reads Airflow's own environment form, `AIRFLOW_CONN_<ID>` as JSON, so that one setting serves the
DAGs and the command line: `{"host": "https://apis.data.go.kr", "password": "<key>"}`. For file
drops the host is `file:///path` or a plain path.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from busan_safety.connectors.errors import SourceFailure


@dataclass(frozen=True)
class Connection:
    """Where a sender is and the key it wants; `repr` hides the key."""

    id: str
    host: str
    key: str = field(default="", repr=False)

    @property
    def folder(self) -> Path:
        """Local folder of a file drop. Raises SourceFailure for another kind of address."""
        parts = urlsplit(self.host)
        if parts.scheme not in ("", "file"):
            raise SourceFailure(
                f"Connection {self.id} must be a folder (file:///…), not {parts.scheme}://.",
                transient=False,
            )
        return Path(unquote(parts.path))


def get_connection(connection_id: str) -> Connection:
    """Return the connection; raises SourceFailure with the variable to set when it is missing."""
    variable = f"AIRFLOW_CONN_{connection_id.upper()}"
    text = os.environ.get(variable)
    if not text:
        raise SourceFailure(
            f"Connection {connection_id!r} is not set: put {variable} into .env "
            '(JSON: {"host": "…", "password": "…"}).',
            transient=False,
            code="no_connection",
        )
    try:
        given = json.loads(text)
        return Connection(connection_id, given["host"].rstrip("/"), given.get("password", ""))
    except (ValueError, KeyError, AttributeError):
        raise SourceFailure(
            f'{variable} is not JSON with a "host"; see .env.example.',
            transient=False,
            code="no_connection",
        ) from None
