"""What the data.go.kr gateway answers: nine shapes of success, eight of failure, one reading.

Shapes: DOMAIN A1 (S1-S9, E1-E8). The code decides, never the message, because gateway versions
swap their contents. Messages never hold the address, which holds the key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from busan_safety.connectors.answers import (
    Page,
    decode_answer,
    items_of,
    items_of_list,
    unknown_form,
    whole_number,
)
from busan_safety.connectors.policy import GATEWAY, gateway_failure

NO_DATA = frozenset({"03", "3", "NODATA_ERROR", "INFO-200"})
_ERROR_ENVELOPES = ("OpenAPI_ServiceResponse", "cmmMsgHeader")
_CODE_OF_NAME = {policy.name: code for code, policy in GATEWAY.items()}


def read_page(body: bytes, success: Iterable[str]) -> Page:
    """Read one answer of the gateway, JSON or XML.

    success: result codes that mean success for this source. Raises SourceFailure with the code's
    meaning and remedy for error answers, and for answers that are neither JSON nor XML.
    """
    content = decode_answer(body)
    if not isinstance(content, dict):
        content = {"body": content}
    content = _inside(content)
    header = content.get("header")
    code = _code(content, header if isinstance(header, dict) else {})
    if code in NO_DATA:
        return Page([], 0)
    if code is not None and code not in set(success):
        raise gateway_failure(code)
    listed = content.get("body", content)
    if isinstance(listed, list):
        return Page(items_of_list(listed), whole_number(content.get("totalCount")))
    if not isinstance(listed, dict):
        listed = {}
    if code is None and not any(key in listed for key in ("items", "item")):
        raise unknown_form("has no items and no result code")
    items = items_of(listed["items"]) if "items" in listed else items_of_list(listed.get("item"))
    return Page(items, whole_number(listed.get("totalCount")))


def _inside(content: dict[str, Any]) -> dict[str, Any]:
    """Step into wrappers: `response`, the operation's name, the error envelopes."""
    for name in _ERROR_ENVELOPES:
        if isinstance(content.get(name), dict):
            content = content[name]
    while len(content) == 1 and "items" not in content:
        inner = next(iter(content.values()))
        if not isinstance(inner, dict):
            break
        content = inner
    inner = content.get("cmmMsgHeader")
    return inner if isinstance(inner, dict) else content


def _code(content: dict[str, Any], header: dict[str, Any]) -> str | None:
    for holder in (content, header):
        for key in ("returnReasonCode", "resultCode", "code"):
            if (value := holder.get(key)) not in (None, ""):
                return _as_code(str(value))
    for key in ("returnAuthMsg", "errMsg"):
        if content.get(key):
            return _as_code(str(content[key]))
    return None


def _as_code(text: str) -> str:
    plain = text.strip()
    return _CODE_OF_NAME.get(plain, plain)
