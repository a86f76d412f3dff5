"""One function per kind of API sender: which requests make one delivery, and how a page reads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from busan_safety.connectors.connection import Connection
from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.gateway import Page, read_page
from busan_safety.connectors.http import PageClient, write_pages
from busan_safety.sources import Transport

PageReader = Callable[[bytes], Page]


def page_reader(transport: Transport) -> PageReader:
    """How a landed page of this transport is read."""
    if transport.kind == "odcloud":
        return _read_odcloud
    if transport.kind == "neis":
        return _read_neis
    return lambda body: read_page(body, transport.success)


def fetch_gateway(
    transport: Transport, connection: Connection, extra: dict[str, str], folder: Path
) -> list[Path]:
    """All pages of a data.go.kr operation (also the standard data with `instt_code`)."""
    url = f"{connection.host}/{transport.path}"
    fixed = {"serviceKey": connection.key, **transport.params, **extra}
    read = page_reader(transport)
    with PageClient(transport.connection) as client:
        pages = (
            client.get(url, {**fixed, "pageNo": page, "numOfRows": transport.page_size}, read)
            for page in count(1)
        )
        return write_pages(pages, folder, suffix=".body")[0]


def fetch_neis(transport: Transport, connection: Connection, folder: Path) -> list[Path]:
    """All pages of a NEIS hub service."""
    url = f"{connection.host}/{transport.path}"
    fixed = {"KEY": connection.key, "Type": "json", **transport.params}
    with PageClient(transport.connection) as client:
        pages = (
            client.get(url, {**fixed, "pIndex": page, "pSize": transport.page_size}, _read_neis)
            for page in count(1)
        )
        return write_pages(pages, folder, suffix=".json")[0]


def odcloud_resources(transport: Transport, connection: Connection) -> list[tuple[str, str, str]]:
    """(path, title, period) of every yearly file behind an odcloud service, oldest first.

    The uuid changes with each file, so the service's own description is asked for them.
    """
    namespace = transport.path
    with PageClient(transport.connection) as client:
        body, _ = client.get(f"{connection.host}/oas/docs", {"namespace": namespace}, _read_nothing)
    found = []
    for path, methods in json.loads(body).get("paths", {}).items():
        title = str(methods.get("get", {}).get("summary", ""))
        if match := re.search(r"_(\d{4})(?:\d{4})?", title):
            found.append((path.lstrip("/"), title, match.group(1)))
    if not found:
        raise SourceFailure(
            f"odcloud service {namespace} lists no dated file; look at its description.",
            transient=False,
        )
    return sorted(found, key=lambda resource: resource[2])


def fetch_odcloud(
    transport: Transport, connection: Connection, resource: str, folder: Path
) -> list[Path]:
    """All pages of one odcloud file."""
    url = f"{connection.host}/api/{resource}"
    fixed = {"returnType": "JSON", "perPage": transport.page_size}
    headers = {"Authorization": f"Infuser {connection.key}"}
    with PageClient(transport.connection) as client:
        pages = (
            client.get(url, {**fixed, "page": page}, _read_odcloud, headers) for page in count(1)
        )
        return write_pages(pages, folder, suffix=".json")[0]


def items_of_pages(files: list[Path], read: PageReader) -> Iterator[dict[str, Any]]:
    """Items of landed pages, in order."""
    for path in files:
        yield from read(path.read_bytes()).items


def _read_odcloud(body: bytes) -> Page:
    content = _json_object(body)
    if "data" not in content:
        code = str(content.get("code", ""))
        remedy = "check the key" if code in ("-401", "-4") else "look at the service's page"
        raise SourceFailure(
            f"odcloud answered {code or 'without data'}: {remedy}.", transient=False, code=code
        )
    data = content["data"]
    if isinstance(data, dict):
        data, content = data.get("data", []), {**content, **data}
    total = content.get("matchCount", content.get("totalCount"))
    return Page(data, int(total) if total is not None else None)


def _read_neis(body: bytes) -> Page:
    content = _json_object(body)
    if "RESULT" in content:
        return _neis_result(content["RESULT"])
    parts: list[dict[str, Any]] = next(iter(content.values()), [])
    head: list[dict[str, Any]] = next((part["head"] for part in parts if "head" in part), [])
    rows: list[dict[str, Any]] = next((part["row"] for part in parts if "row" in part), [])
    total = next((entry["list_total_count"] for entry in head if "list_total_count" in entry), None)
    for entry in head:
        if "RESULT" in entry:
            code = entry["RESULT"].get("CODE", "")
            if code not in ("INFO-000", "INFO-100"):
                return _neis_result(entry["RESULT"])
    return Page(rows, total)


def _neis_result(result: dict[str, str]) -> Page:
    code = result.get("CODE", "")
    if code == "INFO-200":
        return Page([], 0)
    remedies = {
        "ERROR-290": "check the key",
        "INFO-300": "the key is restricted; ask the operator",
        "ERROR-337": "the daily limit is used up; it is free again after midnight (KST)",
        "ERROR-336": "lower `page_size` to 1000 or less",
    }
    transient = code in ("ERROR-500", "ERROR-600", "ERROR-601")
    remedy = remedies.get(code, "it is tried again" if transient else "look the code up")
    raise SourceFailure(f"NEIS answered {code}: {remedy}.", transient=transient, code=code)


def _read_nothing(body: bytes) -> Page:
    _json_object(body)
    return Page([], None)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body.decode("utf-8-sig"), strict=False)
    except (ValueError, UnicodeDecodeError):
        content = None
    if not isinstance(content, dict):
        raise SourceFailure("The answer is not a JSON object.", transient=True, code="unreadable")
    return content
