"""HTTP over the agencies' interfaces: one thread a connection, standard library only."""

from __future__ import annotations

import json
import logging
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from busan_sandbox.api import Agencies, Answer, Request, json_answer
from busan_sandbox.faults import FaultError, Faults, malformed, refusal

HEALTH_PATH = "/healthz"
FAULTS_PATH = "/_control/faults"
_LARGEST_CONTROL_BODY = 65_536

log = logging.getLogger(__name__)


class SandboxServer(ThreadingHTTPServer):
    """The played agencies on one port; port 0 takes a free one.

    slow_seconds: how long the fault `slow` holds an answer back.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        address: tuple[str, int],
        data: Path,
        key: str,
        faults: Faults | None = None,
        slow_seconds: float = 3.0,
    ) -> None:
        super().__init__(address, _Handler)
        self.agencies = Agencies(data, key)
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

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == HEALTH_PATH:
            self._send(json_answer({"status": "ok", "synthetic": True}))
            return
        if parts.path == FAULTS_PATH:
            self._send(json_answer(self.server.faults.as_dict()))
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

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isdecimal() else 0
        if urlsplit(self.path).path != FAULTS_PATH or size > _LARGEST_CONTROL_BODY:
            self.close_connection = True
            self._send(json_answer({"status": "not found"}, 404))
            return
        try:
            wanted = json.loads(self.rfile.read(size) or b"{}")
            if not isinstance(wanted, dict):
                raise FaultError("the body must be an object {sender: fault}")
            self.server.faults.replace(wanted)
        except ValueError as error:
            self._send(json_answer({"status": "refused", "reason": str(error)}, 400))
            return
        self._send(json_answer(self.server.faults.as_dict()))

    def _answer(self, request: Request) -> Answer | None:
        """Return the answer, None where the connection is closed without one."""
        sender = self.server.agencies.sender(request)
        fault = self.server.faults.take(sender) if sender else None
        if fault == "closed":
            return None
        if fault == "down":
            return Answer(503, b"Service Unavailable", "text/plain;charset=UTF-8")
        if fault in ("error22", "error30"):
            return refusal(fault, sender or "")
        if fault == "slow":
            time.sleep(self.server.slow_seconds)
        answer = self.server.agencies.answer(request, empty=fault == "empty")
        return malformed(answer) if fault == "malformed" else answer

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("X-Synthetic", "true")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Log the path without its query: the query holds the key."""
        log.info("%s %s", self.command, urlsplit(self.path).path)

    def log_error(self, format: str, *args: object) -> None:
        """Say nothing of a client that went away: time-outs are ordinary here."""
        log.debug("connection ended")

    def version_string(self) -> str:
        """Name the server as what it is."""
        return "busan-sandbox"
