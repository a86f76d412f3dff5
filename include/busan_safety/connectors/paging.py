"""Pages written to disk as they come, until they add up to what the sender announced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from busan_safety.connectors.answers import Page
from busan_safety.connectors.errors import SourceFailure

MAX_PAGES = 20_000


@dataclass
class PageWriter:
    """Writes the pages of one delivery into `folder`, over all questions that it needs."""

    folder: Path
    suffix: str
    files: list[Path] = field(default_factory=list)
    items: int = 0
    _seen: dict[bytes, int] = field(default_factory=dict)

    def write(self, pages: Iterable[tuple[bytes, Page]]) -> None:
        """Write the pages that answer one question.

        Reads until the items add up to the sender's total, never until a short page: servers cap
        pages silently. Raises SourceFailure when they end before the total or after it, and when
        a page has the rows of an earlier one, because then the sender does not page.
        """
        items = 0
        total: int | None = None
        for body, page in pages:
            self._write(body, page)
            items += len(page.items)
            total = page.total if page.total is not None else total
            if not page.items or (total is not None and items >= total):
                break
        self.items += items
        if total is not None and items != total:
            raise SourceFailure(
                f"The sender announced {total:,} rows and sent {items:,}; it is tried again later.",
                code="incomplete",
                action="retry",
            )

    def _write(self, body: bytes, page: Page) -> None:
        number = len(self.files) + 1
        if number > MAX_PAGES:
            raise SourceFailure(
                f"More than {MAX_PAGES:,} pages; something is wrong.", code="too_many_pages"
            )
        if page.items:
            rows = json.dumps(page.items, sort_keys=True).encode()
            first = self._seen.setdefault(hashlib.sha256(rows).digest(), number)
            if first != number:
                raise SourceFailure(
                    f"Page {number} has the same rows as page {first}: the sender ignores the "
                    "page or the place that is asked for; check `params` and `page_size`.",
                    code="repeated_page",
                )
        path = self.folder / f"page-{number:05d}{self.suffix}"
        path.write_bytes(body)
        self.files.append(path)
