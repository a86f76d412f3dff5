"""Requests to HTTP senders: one policy of waiting and retrying, and no key in any error."""

from __future__ import annotations

import datetime as dt
import random
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception

from busan_safety.connectors.answers import Page
from busan_safety.connectors.connection import Connection
from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.policy import (
    RETRIED_ONCE,
    TOO_FAST,
    USED_UP,
    gateway_failure,
)
from busan_safety.connectors.quota import Counter, Uncounted
from busan_safety.connectors.silence import silence_libraries

T = TypeVar("T")
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_ATTEMPTS = 3
# All waiting of one request together; longer waits go to whoever started the pull.
_SHORT_WAITS_SECONDS = 5.0
_LATER = {"retry": dt.timedelta(minutes=5), "back_off": dt.timedelta(minutes=1)}
_BLOCK = 256 * 1024
MAX_PAGE_BYTES = 32 * 1024**2
MAX_FILE_BYTES = 1024**3
_ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})


@dataclass(frozen=True)
class _Head:
    """Status of an answer and how long its sender asks us to stay away."""

    status: int
    retry_at: dt.datetime | None


class HttpClient:
    """GETs with short retries where the sender's code allows them. Use as a context manager.

    counter: asked before each request. wait_seconds: the first pause, doubled after that.
    Redirects are not followed: they would carry a key to an address nobody has checked.
    """

    def __init__(
        self, connection: Connection, counter: Counter | None = None, *, wait_seconds: float = 0.5
    ) -> None:
        silence_libraries()
        self._connection = connection
        self._counter = counter or Uncounted()
        self._wait_seconds = wait_seconds
        # A folder's password is sent only where a user is named with it.
        auth = httpx.BasicAuth(connection.user, connection.key) if connection.user else None
        self._client = httpx.Client(
            timeout=_TIMEOUT,
            auth=auth,
            verify=_trusted_roots(),
            headers={"Accept-Encoding": "gzip, deflate"},
        )
        self._retrying = Retrying(
            stop=self._is_enough,
            wait=self._pause,
            retry=retry_if_exception(
                lambda error: isinstance(error, SourceFailure) and error.transient
            ),
            reraise=True,
        )

    def __enter__(self) -> HttpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._counter.close()

    def page(
        self,
        url: str,
        params: dict[str, Any],
        read: Callable[[bytes], Page],
        headers: dict[str, str] | None = None,
    ) -> tuple[bytes, Page]:
        """Fetch and read one page. Raises SourceFailure when it stays unreadable."""
        return self._patiently(lambda: self._page(url, params, read, headers or {}))

    def text(self, url: str, params: dict[str, Any] | None = None) -> bytes:
        """Fetch a page that is no answer of an interface: an index, a service's description."""

        def once() -> bytes:
            with self._answer(url, params or {}, {}) as (head, answer):
                body = _body(answer)
            if head.status != 200:
                raise self._status_failure(head)
            return body

        return self._patiently(once)

    def download(self, url: str, target: Path) -> None:
        """Stream a file to disk. Raises SourceFailure; then the target may hold a part."""
        self._patiently(lambda: self._download(url, target))

    def _page(
        self,
        url: str,
        params: dict[str, Any],
        read: Callable[[bytes], Page],
        headers: dict[str, str],
    ) -> tuple[bytes, Page]:
        self._counter.take()
        with self._answer(url, params, headers) as (head, answer):
            body = _body(answer)
        failed = page = None
        try:
            page = read(body)
        except SourceFailure as error:
            failed = error
        if page is not None and 200 <= head.status < 300:
            self._refuse_echo(body, page)
            return body, page
        # A sender's own code says more than the HTTP status, unless there is none.
        if failed is None or (
            failed.code in ("unreadable", "unknown_form") and not 200 <= head.status < 300
        ):
            raise self._status_failure(head)
        if failed.code == USED_UP:
            self._counter.mark_used_up()
        if failed.action == "back_off":
            failed.retry_at = head.retry_at
        raise self._named(failed)

    def _download(self, url: str, target: Path) -> None:
        size = 0
        with self._answer(url, {}, {}) as (head, answer), target.open("wb") as file:
            if head.status == 200:
                for block in answer.iter_bytes(_BLOCK):
                    size += len(block)
                    if size > MAX_FILE_BYTES:
                        raise _too_large(f"a file of more than {MAX_FILE_BYTES / 1024**2:,.0f} MB")
                    file.write(block)
        if head.status != 200:
            raise self._status_failure(head)

    @contextmanager
    def _answer(
        self, url: str, params: dict[str, Any], headers: dict[str, str]
    ) -> Iterator[tuple[_Head, httpx.Response]]:
        trouble = ""
        try:
            with self._client.stream("GET", url, params=params or None, headers=headers) as answer:
                if answer.headers.get("content-encoding", "").lower() not in _ENCODINGS:
                    raise _too_large("an answer in a compression that was not asked for")
                yield _Head(answer.status_code, _retry_at(answer.headers)), answer
            return
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            trouble = type(error).__name__
        raise SourceFailure(
            f"{self._connection.id} cannot be reached ({trouble}); it is tried again.",
            code="unreachable",
            action="retry",
        )

    def _refuse_echo(self, body: bytes, page: Page) -> None:
        """Rows that hold the key would carry it on to the quarantine and to messages."""
        if not self._connection.is_secret_in(body.decode("utf-8", "replace")):
            return
        if self._connection.is_secret_in(repr(page.items)):
            raise SourceFailure(
                f"{self._connection.id} repeats the key in its rows; nothing was kept. Tell the "
                "sender, and ask for another key.",
                code="key_echoed",
            )

    def _status_failure(self, head: _Head) -> SourceFailure:
        if head.status == 429:
            failed = gateway_failure(TOO_FAST)
            failed.retry_at = head.retry_at
            return self._named(failed)
        if head.status >= 500 or head.status == 408:
            return SourceFailure(
                f"{self._connection.id} answered HTTP {head.status}; it is tried again.",
                code=f"http_{head.status}",
                action="retry",
                retry_at=head.retry_at,
            )
        remedy = {
            401: "check key and login of the connection",
            403: "check key and login of the connection",
            404: "check `path` in the registry and the host of the connection",
        }.get(head.status, "check address and key of the connection")
        if 300 <= head.status < 400:
            remedy = "it moved; put its new address into the connection after checking it"
        return SourceFailure(
            f"{self._connection.id} answered HTTP {head.status}; {remedy}.",
            code=f"http_{head.status}",
        )

    def _named(self, failed: SourceFailure) -> SourceFailure:
        hide = self._connection.hide_secrets
        return SourceFailure(
            hide(f"{self._connection.id}: {failed}"),
            code=hide(failed.code),
            action=failed.action,
            retry_at=failed.retry_at,
        )

    def _patiently(self, once: Callable[[], T]) -> T:
        try:
            return self._retrying(once)
        except SourceFailure as error:
            failed = error
        if failed.retry_at is None and failed.action in _LATER:
            failed.retry_at = _now() + _LATER[failed.action]
        # What was being handled when it was raised holds the address, which holds the key.
        failed.__context__ = None
        raise failed

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, SourceFailure) and error.retry_at is not None:
            return max(0.0, (error.retry_at - _now()).total_seconds())
        growing = self._wait_seconds * float(2 ** (state.attempt_number - 1))
        return growing * random.uniform(0.5, 1.5)  # noqa: S311 - spreads waits, hides nothing

    @staticmethod
    def _is_enough(state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        most = 2 if getattr(error, "code", "") in RETRIED_ONCE else _ATTEMPTS
        waited = state.idle_for + state.upcoming_sleep
        return state.attempt_number >= most or bool(waited > _SHORT_WAITS_SECONDS)


@lru_cache(maxsize=1)
def _trusted_roots() -> ssl.SSLContext:
    """Read once per process: it takes as long as a request, and each feed has its own client."""
    return httpx.create_ssl_context()


def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    for block in answer.iter_bytes(_BLOCK):
        body += block
        if len(body) > MAX_PAGE_BYTES:
            raise _too_large(f"a page of more than {MAX_PAGE_BYTES / 1024**2:.0f} MB")
    return bytes(body)


def _too_large(what: str) -> SourceFailure:
    return SourceFailure(
        f"The sender sent {what}; lower `page_size` in the registry or ask the sender.",
        code="too_large",
    )


def _retry_at(headers: httpx.Headers) -> dt.datetime | None:
    """Time of a Retry-After header, in seconds or as a date; None where it says neither."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return _now() + dt.timedelta(seconds=min(int(text[:9]), 86_400))
    try:
        found: dt.datetime = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
