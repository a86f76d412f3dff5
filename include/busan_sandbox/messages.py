"""A request to and an answer of an HTTP interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from busan_sandbox.files import json_bytes

JSON = "application/json;charset=UTF-8"
XML = "text/xml;charset=UTF-8"
TEXT = "text/plain;charset=UTF-8"
HTML = "text/html;charset=UTF-8"


@dataclass(frozen=True)
class Request:
    """A GET request: path, query (first value of each name) and headers in lower case."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str, default: int) -> int:
        """Return a query value as a positive number, the default where it is none."""
        text = self.query.get(name, "")
        return int(text) if text.isdecimal() and int(text) > 0 else default


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. cut_at: bytes after which the connection ends before the announced length."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None


def json_answer(document: object, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return Answer(status, json_bytes(document))
