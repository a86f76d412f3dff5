"""Faults of contents, as pure functions: rows, pages and answers as a failing sender has them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from busan_sandbox.faults import IDENTIFIERS, Fault
from busan_sandbox.messages import HTML, TEXT, XML, Answer
from busan_sandbox.wires import Page, Rows

_KOREAN = re.compile("[가-힣]")
_MORE_ROWS = 7

MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>서비스 점검 안내</title></head>"
    "<body><h1>서비스 점검 중입니다</h1><p>잠시 후 다시 이용하여 주시기 바랍니다.</p></body></html>"
)
# Ten levels of ten: 10^9 letters if a parser expands them; and a file of the reader's machine.
HOSTILE_XML = (
    '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE response [<!ENTITY a0 "가">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + '<!ENTITY file SYSTEM "file:///etc/passwd">]><response><header>'
    "<resultCode>00</resultCode><resultMsg>NORMAL SERVICE.</resultMsg></header><body><items>"
    "<item><name>&a9;&file;</name></item></items><totalCount>1</totalCount></body></response>"
)


def spoiled_rows(fault: Fault, rows: Rows) -> Rows:
    """Return rows with a fault of columns or values in them, the same rows for other faults."""
    if fault.kind == "empty":
        return []
    if not rows:
        return rows
    name, _, value = fault.argument.partition("=")
    if fault.kind == "rename":
        return [{value if key == name else key: row[key] for key in row} for row in rows]
    if fault.kind == "column":
        return [{**row, name: value} for row in rows]
    if fault.kind == "value":
        return [{**rows[0], name: value}, *rows[1:]]
    if fault.kind == "leak":
        column = value or _text_column(rows[0])
        leaked = f"{rows[0].get(column) or ''} {IDENTIFIERS[name]}"
        return [{**rows[0], column: leaked}, *rows[1:]]
    if fault.kind == "lossy":
        return [{key: lossy(cell) for key, cell in row.items()} for row in rows]
    return rows


def spoiled_page(fault: Fault, page: Page) -> Page:
    """Return a page that announces more rows than there are, the same page for other faults."""
    if fault.kind == "total":
        return replace(page, total=page.total + int(fault.argument or _MORE_ROWS))
    return page


def broken_answer(fault: Fault) -> Answer | None:
    """Return what a fault sends whatever was asked, None where it depends on the request."""
    if fault.kind in ("down", "status"):
        status = int(fault.argument or 503)
        retry = {"Retry-After": "1"} if status in (429, 503) else {}
        return Answer(status, f"HTTP {status}".encode(), TEXT, retry)
    if fault.kind == "text":
        return Answer(200, b"Unexpected errors", TEXT)
    if fault.kind == "html":
        return Answer(200, MAINTENANCE.encode(), HTML)
    if fault.kind == "entities":
        return Answer(200, HOSTILE_XML.encode(), XML)
    return None


def spoiled_answer(fault: Fault, answer: Answer) -> Answer:
    """Return an answer cut off in the middle, the same answer for other faults.

    `malformed`: as a proxy leaves it that ran out of time, its length fits. `cut`: the
    connection ends before the announced length.
    """
    cut = len(answer.body) * 3 // 5
    if fault.kind == "malformed":
        return replace(answer, body=answer.body[:cut])
    if fault.kind == "cut":
        return replace(answer, cut_at=cut)
    return answer


def lossy(cell: Any) -> Any:
    """Return a text as a save in the wrong encoding leaves it: Korean letters are lost."""
    return _KOREAN.sub("\ufffd", cell) if isinstance(cell, str) else cell


def _text_column(row: dict[str, Any]) -> str:
    texts = (name for name, cell in row.items() if isinstance(cell, str) and _KOREAN.search(cell))
    return next(texts, next(iter(row)))
