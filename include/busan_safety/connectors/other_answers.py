"""What NEIS, odcloud and KOSIS answer: each its own root, its own total, its own error object."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from busan_safety.connectors.answers import (
    Page,
    decode_answer,
    items_of_list,
    unknown_form,
    whole_number,
)
from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.gateway import read_page
from busan_safety.connectors.policy import KOSIS, NEIS, ODCLOUD, failure

# KOSIS writes its errors without quotation marks around the names too: {err:"30",errMsg:"…"}.
_KOSIS_ERROR = re.compile(rb'^\s*\{\s*"?err"?\s*:\s*"?(-?\w{1,10})')
_KOSIS_NO_DATA = "30"


def read_neis(body: bytes, success: Iterable[str]) -> Page:
    """Read one NEIS answer: `{service: [{head}, {row}]}`, or a bare RESULT when there is none."""
    content = _object(decode_answer(body), "NEIS")
    if "RESULT" in content:
        return _neis_result(content["RESULT"])
    parts = next(iter(content.values()), None)
    # As XML, head and row stand side by side without a list around them.
    parts = [parts] if isinstance(parts, dict) else parts
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise unknown_form("is not a list of head and row")
    heads = [entry for part in parts for entry in items_of_list(part.get("head"))]
    rows = [row for part in parts for row in items_of_list(part.get("row"))]
    if not heads:
        raise unknown_form("has no head")
    for entry in heads:
        if "RESULT" in entry and _neis_code(entry["RESULT"]) not in {*success, "INFO-100"}:
            return _neis_result(entry["RESULT"])
    total = next((head["list_total_count"] for head in heads if "list_total_count" in head), None)
    return Page(rows, whole_number(total))


def read_odcloud(body: bytes, success: Iterable[str]) -> Page:
    """Read one odcloud answer; `matchCount` is the total after filters, `data` may be nested."""
    if body.lstrip().startswith(b"<"):
        # Its gateway answers errors in its own way, whatever was asked.
        return read_page(body, success)
    content = _object(decode_answer(body), "odcloud")
    if "data" not in content:
        if "code" not in content:
            raise unknown_form("has neither data nor an error code")
        raise failure(str(content["code"]), ODCLOUD, "odcloud")
    data: Any = content["data"]
    if isinstance(data, dict):
        content = {**content, **data}
        data = data.get("data")
    total = content.get("matchCount", content.get("totalCount"))
    return Page(items_of_list(data), whole_number(total))


def read_kosis(body: bytes, success: Iterable[str]) -> Page:
    """Read a KOSIS answer: the root is the list of rows, an error is an object."""
    if error := _KOSIS_ERROR.match(body.removeprefix(b"\xef\xbb\xbf")):
        return _kosis_error(error.group(1).decode())
    content = decode_answer(body)
    if isinstance(content, dict) and isinstance(content.get("error"), dict):
        return _kosis_error(str(content["error"].get("err", "")))
    if not isinstance(content, list):
        raise unknown_form("is not a list")
    items = items_of_list(content)
    return Page(items, len(items))


def _kosis_error(code: str) -> Page:
    if code == _KOSIS_NO_DATA:
        return Page([], 0)
    raise failure(code, KOSIS, "KOSIS")


def _neis_result(result: Any) -> Page:
    code = _neis_code(result)
    if code == "INFO-200":
        return Page([], 0)
    raise failure(code, NEIS, "NEIS")


def _neis_code(result: Any) -> str:
    return str(result.get("CODE", "")) if isinstance(result, dict) else ""


def _object(content: Any, sender: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise SourceFailure(
            f"{sender}'s answer is not an object; it is tried again.",
            code="unreadable",
            action="retry",
        )
    return content
