"""dbt's own documentation site: every table, column, test and the graph, on this machine only."""

from __future__ import annotations

import contextlib
import functools
import http.server
import logging
from pathlib import Path

from busan_safety.settings import get_settings
from busan_safety.transform.layers import invoke_dbt
from busan_safety.transform.results import BuildFailed
from busan_safety.transform.workspace import workspace
from busan_safety.warehouse import WarehouseUnavailable, connect

log = logging.getLogger(__name__)


def build_site(*, static: bool = False) -> Path:
    """Generate the site; return its page.

    static: one file that needs no server. Without a running warehouse the site has no sizes and
    types from the database, everything else is there. Raises BuildFailed in dbt's own words.
    """
    place = workspace("docs", "docs")
    arguments = ["docs", "generate"]
    arguments += ["--static"] if static else []
    try:
        connect("transformer").close()
    except WarehouseUnavailable:
        log.warning("No warehouse answers: the site is made without the database's catalogue.")
        arguments += ["--empty-catalog", "--no-compile"]
    outcome = invoke_dbt(arguments, place)
    if not outcome.success:
        raise BuildFailed("docs", [], cause=outcome.exception, log_file=place.log_file)
    return place.target_dir / ("static_index.html" if static else "index.html")


def serve_site(page: Path, *, whole_folder: bool = False) -> None:
    """Serve the site at `docs_port` until interrupted.

    whole_folder: the folder holds the site and nothing else, so all of it is shown.
    """
    settings = get_settings()
    kind = _Quiet if whole_folder else _OwnFiles
    handler = functools.partial(kind, directory=str(page.parent))
    with (
        http.server.ThreadingHTTPServer((settings.host, settings.docs_port), handler) as server,
        contextlib.suppress(KeyboardInterrupt),
    ):
        server.serve_forever()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, without a line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _OwnFiles(_Quiet):
    """Files of the site only; compiled SQL stays inside."""

    _SHOWN = ("/", "/index.html", "/manifest.json", "/catalog.json", "/static_index.html")

    def do_GET(self) -> None:
        """Answer for the site's own files only: the folder holds dbt's other artifacts too."""
        if self.path.split("?")[0] in self._SHOWN:
            super().do_GET()
        else:
            self.send_error(404)
