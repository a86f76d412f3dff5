"""What the data.go.kr gateway answers: nine shapes of success, eight of failure, one reading.

Shapes: DOMAIN A1 (S1-S9, E1-E8). The code decides, never the message, because gateway versions
swap their contents. Messages never hold the address, which holds the key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from busan_safety.connectors.errors import SourceFailure

NO_DATA = frozenset({"03", "3", "NODATA_ERROR", "INFO-200"})


@dataclass(frozen=True)
class Policy:
    """What to do about an error code: retry or not, and what a person should do."""

    name: str
    transient: bool
    remedy: str


_KEY = "check the key of this connection at data.go.kr (마이페이지 > 인증키)"
_RETRY = "the sender has a problem; it is tried again"
# data.go.kr's own list and the older one in circulation (DOMAIN A1).
POLICIES: dict[str, Policy] = {
    "01": Policy("APPLICATION_ERROR", True, _RETRY),
    "02": Policy("DB_ERROR", True, _RETRY),
    "04": Policy("HTTP_ERROR", True, _RETRY),
    "05": Policy("SERVICETIMEOUT_ERROR", True, _RETRY),
    "10": Policy("INVALID_REQUEST_PARAMETER_ERROR", False, "correct `params` in the registry"),
    "11": Policy("NO_MANDATORY_REQUEST_PARAMETERS_ERROR", False, "add the missing parameter"),
    "12": Policy("NO_OPENAPI_SERVICE_ERROR", False, "the service was removed; find its successor"),
    "20": Policy("SERVICE_ACCESS_DENIED_ERROR", False, "apply for the service with this key"),
    "21": Policy("TEMPORARILY_DISABLE_THE_SERVICEKEY_ERROR", False, _KEY),
    "22": Policy(
        "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR",
        False,
        "the daily limit is used up; it is free again after midnight (KST)",
    ),
    "23": Policy("LIMITED_NUMBER_OF_SERVICE_REQUESTS_PER_SECOND_EXCEEDS_ERROR", True, _RETRY),
    "29": Policy("BLACKLIST_IP_ACCESS_ERROR", False, "ask data.go.kr to unblock this address"),
    "30": Policy("SERVICE_KEY_IS_NOT_REGISTERED_ERROR", False, _KEY),
    "31": Policy("DEADLINE_HAS_EXPIRED_ERROR", False, "the key has expired; renew it"),
    "32": Policy("UNREGISTERED_IP_ERROR", False, "register this machine's address for the key"),
    "33": Policy("UNSIGNED_CALL_ERROR", False, _KEY),
    "99": Policy("UNKNOWN_ERROR", True, _RETRY),
}
_CODE_OF_NAME = {policy.name: code for code, policy in POLICIES.items()}


@dataclass(frozen=True)
class Page:
    """One page: its items, and the number of rows the sender says there are in all."""

    items: list[dict[str, Any]]
    total: int | None


def read_page(body: bytes, success: Iterable[str]) -> Page:
    """Read one answer of the gateway, JSON or XML.

    Raises SourceFailure with the code's meaning and remedy for error answers, and for answers
    that are neither JSON nor XML.
    """
    text = body.decode("utf-8", errors="replace").lstrip("\ufeff \r\n\t")
    content = _from_xml(text) if text.startswith("<") else _from_json(text)
    content = _inside(content)
    header = content.get("header") if isinstance(content.get("header"), dict) else {}
    code = _code(content, header or {})
    if code in NO_DATA:
        return Page([], 0)
    if code is not None and code not in set(success):
        raise failure(code)
    listed = content.get("body", content)
    if isinstance(listed, list):
        return Page(_items(listed), _total(content))
    if not isinstance(listed, dict):
        listed = {}
    if code is None and not any(key in listed for key in ("items", "item", "data")):
        raise SourceFailure(
            "The answer has no items and no result code; the service may have changed its form.",
            transient=False,
            code="unknown_form",
        )
    return Page(_items(listed.get("items", listed.get("item"))), _total(listed))


def failure(code: str) -> SourceFailure:
    """The error for a gateway code, with its name and remedy."""
    policy = POLICIES.get(code.zfill(2), Policy("unknown code", False, "look the code up"))
    return SourceFailure(
        f"The sender answered {code} {policy.name}: {policy.remedy}.",
        transient=policy.transient,
        code=code.zfill(2),
    )


def _from_json(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text, strict=False)
    except ValueError:
        raise SourceFailure(
            "The answer is neither JSON nor XML "
            f"({'empty' if not text else 'plain text'}, {len(text)} characters).",
            transient=True,
            code="unreadable",
        ) from None
    return content if isinstance(content, dict) else {"body": content}


def _from_xml(text: str) -> dict[str, Any]:
    try:
        root = ElementTree.fromstring(text.encode("utf-8"))
    except DefusedXmlException:
        raise SourceFailure(
            "The answer is XML with entities or a document type; it was not read.",
            transient=False,
            code="hostile_xml",
        ) from None
    except ElementTree.ParseError:
        raise SourceFailure(
            "The answer is not well-formed XML.", transient=True, code="unreadable"
        ) from None
    return {root.tag: _element(root)}


def _element(node: Any) -> Any:
    if not len(node):
        return node.text or ""
    content: dict[str, Any] = {}
    for child in node:
        value = _element(child)
        if child.tag in content:
            known = content[child.tag]
            content[child.tag] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            content[child.tag] = value
    return content


def _inside(content: dict[str, Any]) -> dict[str, Any]:
    """Step into wrappers: `response`, the operation's name, the error envelopes."""
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


def _items(items: Any) -> list[dict[str, Any]]:
    """Items as a list, whatever stands there: a list, an object, `{"item": …}`, "", null."""
    if isinstance(items, dict):
        return _items(items["item"]) if set(items) == {"item"} else [items] if items else []
    if isinstance(items, list):
        found: list[dict[str, Any]] = []
        for item in items:
            if not isinstance(item, dict):
                raise SourceFailure(
                    "The answer's items are not objects; the service may have changed its form.",
                    transient=False,
                    code="unknown_form",
                )
            found.extend(_items(item) if set(item) == {"item"} else [item])
        return found
    return []


def _total(listed: dict[str, Any]) -> int | None:
    text = str(listed.get("totalCount", "")).strip()
    return int(text) if re.fullmatch(r"\d+", text) else None
