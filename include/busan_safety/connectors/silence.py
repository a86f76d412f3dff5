"""Nothing that HTTP and SSH libraries log may reach a log: addresses and headers hold keys."""

from __future__ import annotations

import logging

# httpx logs whole addresses at INFO, httpcore headers at DEBUG; a filter does not pass on to
# child loggers, so each is named.
_TALKATIVE = (
    *("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.http2"),
    *("httpcore.proxy", "httpcore.socks", "paramiko", "paramiko.transport"),
    "paramiko.transport.sftp",
)


def _only_warnings(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING and not record.name.startswith("paramiko")


def silence_libraries() -> None:
    """Keep the libraries' own log lines out, whatever level a deployment sets for them.

    A filter rather than a level: `logging.config` resets levels and `disabled`, never filters.
    Idempotent, because a filter is added once.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_only_warnings)
