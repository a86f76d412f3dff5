"""API senders: how each kind wants to be asked, which requests make one delivery."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from busan_safety.connectors.answers import Page
from busan_safety.connectors.connection import Connection
from busan_safety.connectors.errors import NothingYet, SourceFailure
from busan_safety.connectors.gateway import read_page
from busan_safety.connectors.http import HttpClient
from busan_safety.connectors.other_answers import read_kosis, read_neis, read_odcloud
from busan_safety.connectors.paging import PageWriter
from busan_safety.connectors.periods import as_sent
from busan_safety.connectors.quota import RequestCounter, limit_of
from busan_safety.sources import Transport
from busan_safety.sources.model import ApiKind
from busan_safety.sources.reference import District, districts

PageReader = Callable[[bytes], Page]
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Dialect:
    """How one kind of interface is asked and read.

    key, page, size: names of the parameters for the key, the page's number and the rows a page;
    without `page` everything comes in one answer, without `key` it goes into a header.
    """

    read: Callable[[bytes, Iterable[str]], Page]
    key: str = "serviceKey"
    page: str = "pageNo"
    size: str = "numOfRows"
    fixed: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ".json"


_GATEWAY = Dialect(read_page, suffix=".body")
_DIALECTS: dict[ApiKind, Dialect] = {
    "datagokr": _GATEWAY,
    "standard_data": _GATEWAY,
    "taas": _GATEWAY,
    "odcloud": Dialect(read_odcloud, "", "page", "perPage", {"returnType": "JSON"}),
    "neis": Dialect(read_neis, "KEY", "pIndex", "pSize", {"Type": "json"}),
    "kosis": Dialect(
        read_kosis, "apiKey", "", "", {"method": "getList", "format": "json", "jsonVD": "Y"}
    ),
}


@dataclass(frozen=True)
class Question:
    """What makes one delivery of an API.

    scope: the district that sends, None where the city or a ministry does. period: the one that
    is asked for. path: of the resource, where it is not the transport's.
    """

    scope: District | None = None
    period: str | None = None
    path: str | None = None


def page_reader(transport: Transport) -> PageReader:
    """How a landed page of this transport is read."""
    read, success = _dialect(transport).read, frozenset(transport.success)
    return lambda body: read(body, success)


def items_of_pages(files: Iterable[Path], read: PageReader) -> Iterator[dict[str, Any]]:
    """Items of landed pages in order, one page in memory at a time."""
    for path in files:
        yield from read(path.read_bytes()).items


def fetch_pages(
    transport: Transport, connection: Connection, question: Question, folder: Path
) -> list[Path]:
    """Write all pages that answer a question into `folder` and return them in order.

    Raises SourceFailure when the sender fails, NothingYet when it has no row for a period.
    """
    dialect = _dialect(transport)
    url = f"{connection.base_url}/{question.path or transport.path}"
    headers = {} if dialect.key else {"Authorization": f"Infuser {connection.key}"}
    read = page_reader(transport)
    writer = PageWriter(folder, dialect.suffix)
    counter = RequestCounter(connection, transport.path, limit_of(connection, transport.quota))
    with HttpClient(connection, counter) as client:
        for params in _parameters(transport, connection, question):
            numbers: Iterable[int] = count(1) if dialect.page else [1]
            writer.write(
                client.page(url, {**params, **_paging(transport, number)}, read, headers)
                for number in numbers
            )
    if question.period is not None and not writer.items:
        raise NothingYet(f"{connection.id} has no rows for {question.period}.")
    return writer.files


def odcloud_resources(transport: Transport, connection: Connection) -> list[tuple[str, str, str]]:
    """(path, title, period) of every dated file behind an odcloud service, oldest first.

    The uuid changes with each file, so the service's own description is asked for them.
    """
    namespace = transport.path
    url = f"{connection.base_url}/oas/docs"
    with HttpClient(connection) as client:
        _, page = client.page(url, {"namespace": namespace}, partial(_described, namespace))
    found = sorted(
        ((one["path"], one["title"], one["year"]) for one in page.items),
        key=lambda one: (one[2], one[1]),
    )
    if not found:
        raise SourceFailure(
            f"odcloud service {namespace} lists no dated file; look at its description.",
            code="no_resource",
        )
    return found


def _described(namespace: str, body: bytes) -> Page:
    """The dated files that a service's description lists, as the items of a page."""
    try:
        described = json.loads(body.decode("utf-8-sig"))
        paths = dict(described["paths"])
    except (ValueError, KeyError, TypeError, RecursionError):
        # An error answer says what is wrong; anything else lists nothing.
        read_odcloud(body, ())
        return Page([], None)
    return Page(list(_dated_files(paths, namespace)), None)


def _dated_files(paths: Mapping[str, Any], namespace: str) -> Iterator[dict[str, Any]]:
    for path, methods in paths.items():
        get = methods.get("get") if isinstance(methods, dict) else None
        title = str(get.get("summary", "")) if isinstance(get, dict) else ""
        match = re.search(r"_(\d{4})(?:\d{4})?(?!\d)", title)
        # Only what lies below the service that was asked for.
        if match and path.strip("/").startswith(f"{namespace}/") and ".." not in path:
            yield {"path": f"api/{path.strip('/')}", "title": title, "year": match.group(1)}


def _parameters(
    transport: Transport, connection: Connection, question: Question
) -> Iterator[dict[str, str]]:
    """Query parameters without paging: one set, or one a district."""
    dialect = _dialect(transport)
    places: Sequence[District | None] = (
        list(districts().values()) if transport.each == "district" else [question.scope]
    )
    for place in places:
        known = dict(place.placeholders) if place else {}
        if question.period is not None:
            known["period"] = as_sent(question.period)
        filled = {name: _fill(text, known, transport) for name, text in transport.params.items()}
        if transport.kind == "standard_data" and place and "instt_code" not in filled:
            filled["instt_code"] = place.instt_code
        key = {dialect.key: _decoded(connection.key)} if dialect.key else {}
        yield {**dialect.fixed, **filled, **key}


def _paging(transport: Transport, number: int) -> dict[str, int]:
    dialect = _dialect(transport)
    return {dialect.page: number, dialect.size: transport.page_size} if dialect.page else {}


def _fill(text: str, known: Mapping[str, str], transport: Transport) -> str:
    unknown = [name for name in _PLACEHOLDER.findall(text) if name not in known]
    if unknown:
        raise SourceFailure(
            f"{transport.path}: `params` name {{{unknown[0]}}}, which this request does not have; "
            "correct them in the registry (each, senders and periods give placeholders).",
            code="wrong_parameters",
        )
    return _PLACEHOLDER.sub(lambda match: known[match.group(1)], text)


def _decoded(key: str) -> str:
    """The key before URL encoding: the portal gives both, and encoding twice is error 30."""
    return unquote(key) if re.search(r"%[0-9A-Fa-f]{2}", key) else key


def _dialect(transport: Transport) -> Dialect:
    if transport.is_folder:
        raise ValueError(f"{transport.kind} is a folder")
    return _DIALECTS[transport.kind]  # type: ignore[index]
