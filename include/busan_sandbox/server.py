"""HTTP over the agencies' interfaces and folders: one thread a connection, standard library only.

`/_control/faults` (GET, POST) shows and sets the faults in force; `/_control/requests` counts
the requests by sender (GET) or begins to count anew (POST).
"""

from __future__ import annotations

import json
import logging
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from busan_sandbox.api import Agencies
from busan_sandbox.faults import FOLDER_KINDS, FaultError, Faults
from busan_sandbox.folders import FILES_PATH, HttpFolders
from busan_sandbox.messages import Answer, Request, json_answer

HEALTH_PATH = "/healthz"
FAULTS_PATH = "/_control/faults"
REQUESTS_PATH = "/_control/requests"
_LARGEST_CONTROL_BODY = 65_536

log = logging.getLogger(__name__)


class SandboxServer(ThreadingHTTPServer):
    """The played agencies on one port; port 0 takes a free one.

    data: state folder that `generate` wrote; drop: drop folder, whose `http` part is served;
    slow_seconds: how long the fault `slow` holds an answer back.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        data: Path,
        key: str,
        faults: Faults | None = None,
        slow_seconds: float = 3.0,
        drop: Path | None = None,
    ) -> None:
        super().__init__(address, _Handler)
        self.agencies = Agencies(data, key)
        self.folders = HttpFolders(drop or data.parent / "drop")
        self.faults = faults or Faults()
        self.slow_seconds = slow_seconds

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"
    # An idle kept-alive connection must not hold its thread for ever.
    timeout = 60
    # Header and body leave together: two small writes wait for each other's acknowledgement.
    wbufsize = -1

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == HEALTH_PATH:
            self._send(json_answer({"status": "ok", "synthetic": True}))
            return
        if parts.path == FAULTS_PATH:
            self._send(json_answer(self.server.faults.as_dict()))
            return
        if parts.path == REQUESTS_PATH:
            self._send(json_answer(self.server.faults.requests()))
            return
        query: dict[str, str] = {}
        for name, value in parse_qsl(parts.query):
            query.setdefault(name, value)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self._answer(Request(parts.path, query, headers))
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isdecimal() else 0
        path = urlsplit(self.path).path
        if path not in (FAULTS_PATH, REQUESTS_PATH) or size > _LARGEST_CONTROL_BODY:
            self.close_connection = True
            self._send(json_answer({"status": "not found"}, 404))
            return
        body = self.rfile.read(size)
        if path == REQUESTS_PATH:
            self.server.faults.forget_requests()
            self._send(json_answer({}))
            return
        try:
            wanted = json.loads(body or b"{}")
            if not isinstance(wanted, dict):
                raise FaultError("the body must be an object {sender: fault}")
            self.server.faults.replace(wanted)
        except ValueError as error:
            self._send(json_answer({"status": "refused", "reason": str(error)}, 400))
            return
        self._send(json_answer(self.server.faults.as_dict()))

    def _answer(self, request: Request) -> Answer | None:
        """Return the answer, None where the connection is closed without one."""
        server = self.server
        if request.path.startswith(FILES_PATH):
            fault = server.faults.take(server.folders.senders(request), FOLDER_KINDS)
        else:
            fault = server.faults.take(server.agencies.senders(request))
        if fault.kind == "closed":
            return None
        if fault.kind == "slow":
            time.sleep(float(fault.argument or server.slow_seconds))
        if request.path.startswith(FILES_PATH):
            return server.folders.answer(request, fault)
        return server.agencies.answer(request, fault)

    def _send(self, answer: Answer) -> None:
        self.close_connection |= answer.cut_at is not None
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("X-Synthetic", "true")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body[: answer.cut_at])
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Log the path without its query: the query holds the key."""
        log.info("%s %s", self.command, urlsplit(self.path).path)

    def log_error(self, format: str, *args: object) -> None:
        """Say nothing of a client that went away: time-outs are ordinary here."""
        log.debug("connection ended")

    def version_string(self) -> str:
        """Name the server as what it is."""
        return "busan-sandbox"
