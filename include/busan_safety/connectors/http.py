"""Pages of HTTP senders, written to disk as they come; one policy of waiting and retrying."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.gateway import Page, failure

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_ATTEMPTS = 3
_MAX_PAGE_BYTES = 64 * 1024**2
MAX_PAGES = 20_000


class PageClient:
    """GETs with retries on transient failures; errors never hold the address or the key."""

    def __init__(self, sender: str, *, wait_seconds: float = 0.5) -> None:
        self.sender = sender
        self._client = httpx.Client(timeout=_TIMEOUT, follow_redirects=True)
        self._retrying = Retrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(multiplier=wait_seconds, max=20),
            retry=retry_if_exception(
                lambda error: isinstance(error, SourceFailure) and error.transient
            ),
            reraise=True,
        )

    def __enter__(self) -> PageClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(
        self,
        url: str,
        params: dict[str, Any],
        read: Callable[[bytes], Page],
        headers: dict[str, str] | None = None,
    ) -> tuple[bytes, Page]:
        """Fetch and read one page; raises SourceFailure when it stays unreadable."""
        return self._retrying(self._get_once, url, params, read, headers or {})

    def _get_once(
        self,
        url: str,
        params: dict[str, Any],
        read: Callable[[bytes], Page],
        headers: dict[str, str],
    ) -> tuple[bytes, Page]:
        try:
            answer = self._client.get(url, params=params, headers=headers)
        except httpx.HTTPError as error:
            raise SourceFailure(
                f"{self.sender} cannot be reached ({type(error).__name__}); it is tried again.",
                transient=True,
                code="unreachable",
            ) from None
        if len(answer.content) > _MAX_PAGE_BYTES:
            raise SourceFailure(
                f"{self.sender} sent a page of {len(answer.content) / 1024**2:.0f} MB; "
                "lower `page_size` in the registry.",
                transient=False,
            )
        try:
            return answer.content, read(answer.content)
        except SourceFailure as error:
            # A gateway error has its own code whatever the HTTP status; else the status decides.
            if error.code not in ("unreadable", "unknown_form") or answer.is_success:
                raise SourceFailure(
                    f"{self.sender}: {error}", transient=error.transient, code=error.code
                ) from None
            raise _status_failure(self.sender, answer.status_code) from None


def write_pages(
    pages: Iterator[tuple[bytes, Page]], folder: Path, *, suffix: str
) -> tuple[list[Path], int]:
    """Write each page's bytes into `folder` and return the files and the number of items.

    Reads until the items add up to the sender's total, never until a short page: servers cap
    pages silently. Raises SourceFailure when pages end before the total.
    """
    files: list[Path] = []
    items = 0
    total: int | None = None
    for number, (body, page) in enumerate(pages, start=1):
        path = folder / f"page-{number:05d}{suffix}"
        path.write_bytes(body)
        files.append(path)
        items += len(page.items)
        total = page.total if page.total is not None else total
        if not page.items or (total is not None and items >= total):
            break
        if number >= MAX_PAGES:
            raise SourceFailure(
                f"More than {MAX_PAGES:,} pages; something is wrong.", transient=False
            )
    if total is not None and items != total:
        raise SourceFailure(
            f"The sender announced {total:,} rows and sent {items:,}; it is tried again later.",
            transient=True,
            code="incomplete",
        )
    return files, items


def _status_failure(sender: str, status: int) -> SourceFailure:
    if status == 429:
        return failure("23")
    transient = status >= 500 or status == 408
    remedy = "it is tried again" if transient else "check address and key of the connection"
    return SourceFailure(
        f"{sender} answered HTTP {status}; {remedy}.", transient=transient, code=f"http_{status}"
    )
