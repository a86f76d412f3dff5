"""A static server for the releases, with the content types that open data needs."""

from __future__ import annotations

import logging
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from busan_safety.release.publication import MEDIA_TYPES

log = logging.getLogger(__name__)

_TEXT = {
    suffix: f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    for suffix, kind in MEDIA_TYPES.items()
}


class ReleasesHandler(SimpleHTTPRequestHandler):
    """GET and HEAD below one folder; names that begin with a dot do not exist."""

    extensions_map = {  # noqa: RUF012 - the parent class declares it so
        **SimpleHTTPRequestHandler.extensions_map,
        **_TEXT,
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        "": "text/plain; charset=utf-8",
    }

    def send_head(self):  # type: ignore[no-untyped-def]
        """Answer 404 for unfinished releases and other hidden names."""
        path = unquote(urlsplit(self.path).path)
        if any(part.startswith(".") for part in path.split("/")):
            self.send_error(404)
            return None
        return super().send_head()

    def end_headers(self) -> None:
        """Add what keeps browsers from guessing types or loading foreign resources."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Log requests through logging, without the visitor's address."""
        log.debug(format, *args)


def make_server(host: str, port: int, directory: Path) -> ThreadingHTTPServer:
    """Bind a server to `host:port` (0 for a free port); the caller starts and closes it."""
    handler = partial(ReleasesHandler, directory=str(directory))
    return ThreadingHTTPServer((host, port), handler)


def serve(host: str, port: int, directory: Path) -> None:
    """Serve `directory` until the process is interrupted."""
    directory.mkdir(parents=True, exist_ok=True)
    with make_server(host, port, directory) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            log.info("portal stopped")
