"""What every answer has in common: text that is JSON or XML, and the page read from it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from busan_safety.connectors.errors import SourceFailure

_DEEPEST_XML = 100
# Told apart from hostile XML, which a web page with its document type would be taken for.
_WEB_PAGE = re.compile(r"<!doctype\s+html\b|<html\b", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """One page: its items, and the number of rows the sender says there are in all."""

    items: list[dict[str, Any]]
    total: int | None


def decode_answer(body: bytes) -> Any:
    """Content of a JSON answer, or of an XML answer as objects, lists and texts.

    XML comes back to requests for JSON too, so the first character decides. Raises SourceFailure
    `unreadable` for anything else and `hostile_xml` for entities or a document type.
    """
    text = _text(body).lstrip("\ufeff \r\n\t")
    return _from_xml(text) if text.startswith("<") else _from_json(text)


def whole_number(value: Any) -> int | None:
    """A count that may be a text, or None for anything else."""
    text = str(value).strip() if isinstance(value, int | str) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else None


def unknown_form(what: str) -> SourceFailure:
    """The error for an answer that can be read but has another form than agreed."""
    return SourceFailure(
        f"The answer {what}; the service may have changed its form.", code="unknown_form"
    )


def items_of(items: Any) -> list[dict[str, Any]]:
    """Items as a list, whatever stands there: a list, an object, `{"item": …}`, "", null."""
    if isinstance(items, dict):
        if set(items) == {"item"}:
            return items_of_list(items["item"])
        return [items] if items else []
    return items_of_list(items)


def items_of_list(items: Any) -> list[dict[str, Any]]:
    """As `items_of`, where `{"item": …}` was unpacked already."""
    if isinstance(items, dict):
        return [items] if items else []
    if items is None or (isinstance(items, str) and not items.strip()):
        return []
    if not isinstance(items, list):
        raise unknown_form("has something else than items")
    found: list[dict[str, Any]] = []
    for item in items:
        if not isinstance(item, dict):
            raise unknown_form("has items that are not objects")
        inner = item["item"] if set(item) == {"item"} else [item]
        if isinstance(inner, dict):
            found.append(inner)
        elif isinstance(inner, list) and all(isinstance(one, dict) for one in inner):
            found.extend(inner)
        elif inner:
            raise unknown_form("has items that are not objects")
    return found


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return body.decode("cp949")
    except UnicodeDecodeError:
        return body.decode("utf-8", errors="replace")


def _from_json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        kind = "empty" if not text else "plain text"
    raise SourceFailure(
        f"The answer is neither JSON nor XML ({kind}, {len(text)} characters).",
        code="unreadable",
        action="retry",
    )


def _from_xml(text: str) -> dict[str, Any]:
    if _WEB_PAGE.match(text):
        raise SourceFailure(
            "The answer is a web page, as during maintenance or behind a login; it is tried again.",
            code="unreadable",
            action="retry",
        )
    hostile = False
    try:
        root = ElementTree.fromstring(text, forbid_dtd=True)
        return {_plain(root.tag): _element(root, _DEEPEST_XML)}
    except DefusedXmlException:
        hostile = True
    # ValueError: an encoding or a character that the parser does not take.
    except (ElementTree.ParseError, ValueError, RecursionError):
        pass
    if hostile:
        raise SourceFailure(
            "The answer is XML with entities or a document type; it was not read.",
            code="hostile_xml",
        )
    raise SourceFailure("The answer is not well-formed XML.", code="unreadable", action="retry")


def _element(node: Any, depth: int) -> Any:
    if depth == 0:
        raise ValueError("nested too deeply")
    if not len(node):
        return node.text or ""
    content: dict[str, Any] = {}
    repeated: set[str] = set()
    for child in node:
        tag, value = _plain(child.tag), _element(child, depth - 1)
        if tag in repeated:
            content[tag].append(value)
        elif tag in content:
            content[tag] = [content[tag], value]
            repeated.add(tag)
        else:
            content[tag] = value
    return content


def _plain(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]
