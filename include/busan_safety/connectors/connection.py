"""Addresses and keys of senders, by connection id; never part of the registry.

Reads Airflow's own environment form, `AIRFLOW_CONN_<ID>` as JSON, so that one setting serves the
DAGs and the command line: `{"host": "https://apis.data.go.kr", "password": "<key>"}`, and where
a sender needs them `login`, `port` and `extra`. For file drops the host is `file:///path` or a
plain path, for SFTP `sftp://user@host:port/path`.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit, urlunsplit

from busan_safety.connectors.errors import SourceFailure

# Shorter than any key that is given out; hiding "1" would hide half of every message.
_SHORTEST_SECRET = 4
HIDDEN = "***"


@dataclass(frozen=True)
class Connection:
    """Where a sender is and the key it wants; `repr` hides the key and all of `extra`."""

    id: str
    host: str
    key: str = field(default="", repr=False)
    user: str = ""
    port: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        """Local folder of a file drop. Raises SourceFailure for another kind of address."""
        parts = urlsplit(self.host)
        if parts.scheme not in ("", "file"):
            raise self.unfit(f"must be a folder (file:///…), not {parts.scheme}://")
        return Path(unquote(parts.path))

    @property
    def base_url(self) -> str:
        """Address of an HTTP sender. Raises SourceFailure for another kind of address."""
        parts = urlsplit(self.host)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise self.unfit("needs a host that begins with https:// (or http://)")
        return self.host

    def unfit(self, what: str) -> SourceFailure:
        """The error for a connection that is set, but wrongly."""
        return SourceFailure(
            f"Connection {self.id} {what}; correct AIRFLOW_CONN_{self.id.upper()} in .env.",
            code="no_connection",
        )

    def hide_secrets(self, text: str) -> str:
        """Return the text without the key, however it may be written in it."""
        return self._secrets.sub(HIDDEN, text) if self._secrets else text

    def is_secret_in(self, text: str) -> bool:
        """Whether the text holds the key in any spelling."""
        return bool(self._secrets and self._secrets.search(text))

    @cached_property
    def _secrets(self) -> re.Pattern[str] | None:
        named = ("private_key", "private_key_passphrase", "password")
        secrets = [self.key, *(str(self.extra.get(name, "")) for name in named)]
        spellings = {
            spelling
            for secret in secrets
            if len(secret) >= _SHORTEST_SECRET
            for spelling in _spellings(secret)
        }
        # The longest first: one spelling may begin another.
        ways = sorted(spellings, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, ways)), re.IGNORECASE) if ways else None


def _spellings(secret: str) -> set[str]:
    plain = unquote(secret)
    once = {secret, plain, quote(plain, safe=""), quote(plain), quote_plus(plain)}
    ways = {*once, *(quote(text, safe="") for text in once)}
    return {*ways, html.escape(plain), json.dumps(plain)[1:-1], plain.replace("/", "\\/")}


def get_connection(connection_id: str) -> Connection:
    """Return the connection; raises SourceFailure with the variable to set when it is missing."""
    variable = f"AIRFLOW_CONN_{connection_id.upper()}"
    text = os.environ.get(variable)
    if not text:
        raise SourceFailure(
            f"Connection {connection_id!r} is not set: put {variable} into .env "
            '(JSON: {"host": "…", "password": "…"}).',
            code="no_connection",
        )
    # Outside the `except`: the error's context would hold the text, and the text holds the key.
    connection = _read(connection_id, text)
    if connection is None:
        raise SourceFailure(
            f'{variable} is not JSON with a "host"; see .env.example.', code="no_connection"
        )
    return connection


def _read(connection_id: str, text: str) -> Connection | None:
    try:
        given = json.loads(text)
        extra = given.get("extra") or {}
        extra = json.loads(extra) if isinstance(extra, str) else dict(extra)
        parts = urlsplit(given["host"])
        port = int(given["port"]) if given.get("port") else parts.port
        host = parts.hostname or ""
        if ":" in host:
            host = f"[{host}]"
        # Not the address as given: it may hold a user and a password.
        netloc = f"{host}:{port}" if host and port else host
        return Connection(
            connection_id,
            urlunsplit((parts.scheme, netloc, parts.path, "", "")).rstrip("/"),
            given.get("password") or unquote(parts.password or ""),
            given.get("login") or unquote(parts.username or ""),
            port,
            extra,
        )
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
