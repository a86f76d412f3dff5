"""The agencies' HTTP interfaces as pure functions: a request in, an answer out.

Paging, keys and the way to ask for JSON follow DOMAIN.md A1 to A4 and A7, success is worded by
`wires`, refusal by `refusals`. A wrong key, a fault on request and a page beyond the end answer
as the real interfaces do, which is rarely with an HTTP error.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from busan_sandbox.endpoints import (
    ENDPOINTS_FILE,
    FIRST_ENDPOINTS,
    Endpoint,
    district_in,
    read_endpoints,
)
from busan_sandbox.faults import NO_FAULT, Fault
from busan_sandbox.messages import Answer, Request, json_answer
from busan_sandbox.refusals import (
    echoed_key,
    kosis_error,
    neis_result,
    odcloud_error,
    refusal,
    unregistered_service,
)
from busan_sandbox.spoiling import broken_answer, spoiled_answer, spoiled_page, spoiled_rows
from busan_sandbox.wires import Page, Rows, encode

SWAGGER_PATH = "/oas/docs"
_NEIS_LARGEST_PAGE = 1000
_NEIS_SAMPLE = 5
_KOSIS_LARGEST_ANSWER = 40_000
# Parameters of page number and rows a page, and the rows without the second one.
_PAGING = {"odcloud": ("page", "perPage", 10), "neis": ("pIndex", "pSize", 100)}
_GATEWAY_PAGING = ("pageNo", "numOfRows", 10)


# Files of a table, each with the time of its last change.
Files = tuple[tuple[Path, int], ...]


class Agencies:
    """All interfaces over one state folder.

    data: folder that `generate` wrote; key: the key that every interface expects; endpoints:
    what is played beside the endpoints that `generate` wrote there.
    """

    def __init__(
        self, data: Path, key: str, endpoints: Iterable[Endpoint] = FIRST_ENDPOINTS
    ) -> None:
        self._data = data
        self._key = key
        self._given = tuple(endpoints)

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Everything that is played, as of now: a new city may have other endpoints."""
        path = self._data / ENDPOINTS_FILE
        written = _endpoints(path, path.stat().st_mtime_ns) if path.exists() else ()
        return (*self._given, *written)

    def find(self, request: Request) -> Endpoint | None:
        """Return the endpoint that a request is for, None if there is none."""
        if request.path == SWAGGER_PATH:
            path, wanted = f"/api/{request.query.get('namespace', '')}", "odcloud"
        else:
            path, wanted = request.path.partition("/uddi:")[0].rstrip("/"), ""
        for endpoint in self.endpoints:
            if endpoint.request_path == path and (not wanted or endpoint.wire == wanted):
                return endpoint.asked_by(request.query)
        return None

    def senders(self, request: Request) -> tuple[str, ...]:
        """Return what faults may call the sender of a request, the closest name first."""
        endpoint = self.find(request)
        if endpoint is None:
            return ()
        path, district = f"/{endpoint.path.strip('/')}", district_in(request.query)
        of_district = (f"{district}{path}", path, district) if district else (path,)
        return (*of_district, endpoint.sender, endpoint.agency, "*")

    def answer(self, request: Request, fault: Fault = NO_FAULT) -> Answer:
        """Answer a request, with the fault that its sender has."""
        endpoint = self.find(request)
        if endpoint is None:
            odcloud = request.path == SWAGGER_PATH or request.path.startswith("/api/")
            return unregistered_service() if odcloud else json_answer({"status": "not found"}, 404)
        if fault.kind == "error":
            code, _, envelope = fault.argument.partition(":")
            return refusal(endpoint, code, envelope or None)  # type: ignore[arg-type]
        if fault.kind == "echo":
            return echoed_key(request.path, self._key)
        found = broken_answer(fault) or self._normal(endpoint, request, fault)
        return spoiled_answer(fault, found)

    def _normal(self, endpoint: Endpoint, request: Request, fault: Fault) -> Answer:
        if request.path == SWAGGER_PATH:
            return self._swagger(endpoint, fault)
        if no := self._refused(endpoint, request):
            return no
        rows = self._rows(endpoint, request)
        if rows is None:
            return unregistered_service()
        rows = spoiled_rows(fault, rows)
        number_name, size_name, usual = _PAGING.get(endpoint.wire, _GATEWAY_PAGING)
        size = request.number(size_name, usual)
        number = request.number(number_name, 1)
        if endpoint.wire == "kosis":
            return _kosis(endpoint, rows)
        if endpoint.wire == "neis":
            if size > _NEIS_LARGEST_PAGE:
                return neis_result("ERROR-336")
            if "KEY" not in request.query:
                number, size = 1, _NEIS_SAMPLE
        step = min(size, endpoint.cap)
        at = 1 if fault.kind == "repeat" else number
        page = Page(rows[(at - 1) * step : at * step], number, size, len(rows))
        if endpoint.wire == "neis" and not page.items:
            return neis_result("INFO-200")
        return encode(endpoint, spoiled_page(fault, page), as_json=_wants_json(endpoint, request))

    def _refused(self, endpoint: Endpoint, request: Request) -> Answer | None:
        """Return the refusal of a wrong key or a missing parameter, None if all is well."""
        query = request.query
        if endpoint.wire == "neis":
            if query.get("KEY", self._key) != self._key:
                return neis_result("ERROR-290")
        elif endpoint.wire == "kosis":
            if query.get("apiKey") != self._key:
                return kosis_error("11" if query.get("apiKey") else "10")
        elif endpoint.wire == "odcloud":
            given = query.get("serviceKey") or request.headers.get("authorization", "")
            given = given.removeprefix("Infuser ").strip()
            if not given:
                return odcloud_error("인증키는 필수 항목 입니다.")
            if given != self._key:
                return odcloud_error("유효하지 않은 인증키 입니다.")
        elif query.get("serviceKey", query.get("ServiceKey")) != self._key:
            return refusal(endpoint, "30")
        if any(not query.get(name) for name in endpoint.required):
            return refusal(endpoint, "11")
        return None

    def _rows(self, endpoint: Endpoint, request: Request) -> Rows | None:
        """Return the rows that a request asks for; None where odcloud has no such table."""
        files = self._files(endpoint.table)
        if endpoint.wire == "odcloud":
            wanted = request.path.partition("/uddi:")[2]
            found = (table["data"] for table in _table(files) if table["uuid"] == wanted)
            return next(found, None)
        asked = [
            (column, request.query[parameter])
            for parameter, column in endpoint.filters.items()
            if request.query.get(parameter)
        ]
        rows = _selected(files, tuple(asked), endpoint.hidden)
        return _within(rows, request) if endpoint.wire == "kosis" else rows

    def _files(self, table: str) -> Files:
        paths = sorted((self._data / "api").glob(f"{table}.json"))
        return tuple((path, path.stat().st_mtime_ns) for path in paths)

    def _swagger(self, endpoint: Endpoint, fault: Fault) -> Answer:
        tables = [] if fault.kind == "empty" else _table(self._files(endpoint.table))
        namespace = endpoint.path.strip("/")
        return json_answer(
            {
                "swagger": "2.0",
                "info": {"title": endpoint.title or namespace, "version": "1.0"},
                "host": "api.odcloud.kr",
                "basePath": "/api",
                "paths": {
                    f"/{namespace}/uddi:{table['uuid']}": {"get": {"summary": table["summary"]}}
                    for table in tables
                },
            }
        )


def _wants_json(endpoint: Endpoint, request: Request) -> bool:
    """Whether JSON was asked for in the endpoint's own spelling; some speak only one format."""
    if endpoint.wire == "xml":
        return False
    if endpoint.json_switch is None:
        return True
    name, value = endpoint.json_switch
    return request.query.get(name) == value


def _kosis(endpoint: Endpoint, rows: Rows) -> Answer:
    if not rows:
        return kosis_error("30")
    if len(rows) > _KOSIS_LARGEST_ANSWER:
        return kosis_error("31")
    return encode(endpoint, Page(rows, 1, len(rows), len(rows)), as_json=True)


def _within(rows: Rows, request: Request) -> Rows:
    """Return the rows of the periods from startPrdDe to endPrdDe."""
    first, last = request.query.get("startPrdDe", ""), request.query.get("endPrdDe", "9999")
    return [row for row in rows if first <= row["PRD_DE"] and row["PRD_DE"][: len(last)] <= last]


@lru_cache(maxsize=64)
def _selected(files: Files, asked: tuple[tuple[str, str], ...], hidden: tuple[str, ...]) -> Rows:
    """Return the rows whose columns have the values asked for, without the hidden columns."""
    rows = _table(files)
    if asked:
        rows = [
            row for row in rows if all(str(row.get(column, "")) == value for column, value in asked)
        ]
    if hidden:
        rows = [{name: row[name] for name in row if name not in hidden} for row in rows]
    return rows


@lru_cache(maxsize=64)
def _table(files: Files) -> Rows:
    """Read a table, kept until one of its files changes."""
    return [row for path, _ in files for row in json.loads(path.read_text(encoding="utf-8"))]


@lru_cache(maxsize=4)
def _endpoints(path: Path, _changed_at: int) -> tuple[Endpoint, ...]:
    return read_endpoints(path.read_text(encoding="utf-8"))
