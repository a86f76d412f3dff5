"""The wire formats of success: one pure function per format, from a page of rows to a document.

Shapes S1 to S9 of the data.go.kr gateway and those of NEIS, KOSIS and odcloud are described in
DOMAIN.md A1 to A4 and A7. S3 is what S1, S2 and S7 send for no rows: `items` is an empty text.
Counts are text where the sender writes them so; gateway interfaces put real line breaks into
JSON strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from busan_sandbox.endpoints import Endpoint, Wire
from busan_sandbox.files import json_bytes
from busan_sandbox.messages import JSON, XML, Answer

Rows = list[dict[str, Any]]

_NORMAL = {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}
_ESCAPED_BREAK = re.compile(rb"(?<!\\)((?:\\\\)*)\\n")


@dataclass(frozen=True)
class Page:
    """A page of rows: its number and size as asked for, the rows sent, all rows there are."""

    items: Rows
    number: int
    size: int
    total: int


def encode(endpoint: Endpoint, page: Page, *, as_json: bool) -> Answer:
    """Return a page in the endpoint's wire format, in XML where JSON was not asked for."""
    if not as_json:
        return Answer(200, _XML.get(endpoint.wire, gateway_xml)(page, endpoint.root), XML)
    body = json_bytes(_JSON[endpoint.wire](page, endpoint.root))
    if endpoint.wire in _RAW_BREAKS:
        body = _ESCAPED_BREAK.sub(rb"\1\n", body)
    return Answer(200, body, JSON)


def s1(page: Page, root: str) -> object:
    """Items below `items.item`; an empty text where there are none (S3)."""
    return {"response": {"header": _NORMAL, "body": _body({"item": page.items}, page)}}


def s2(page: Page, root: str) -> object:
    """Like S1, but a single item is an object, not a list."""
    item: object = page.items[0] if len(page.items) == 1 else page.items
    return {"response": {"header": _NORMAL, "body": _body({"item": item}, page)}}


def s4(page: Page, root: str) -> object:
    """Standard data: `items` is the list itself, counts are text, no body without rows."""
    if not page.items:
        header = {"resultCode": "03", "resultMsg": "NODATA_ERROR", "type": "json"}
        return {"response": {"header": header}}
    return {
        "response": {
            "header": {"resultCode": "00", "resultMsg": "NORMAL_SERVICE", "type": "json"},
            "body": {
                "items": page.items,
                "totalCount": str(page.total),
                "numOfRows": str(page.size),
                "pageNo": str(page.number),
            },
        }
    }


def s5(page: Page, root: str) -> object:
    """Busan's own services: the operation's name is the root, `item` stands beside the header."""
    return {
        root: {
            "header": {"code": "00", "message": "NORMAL_CODE"},
            "item": page.items,
            "numOfRows": page.size,
            "pageNo": page.number,
            "totalCount": page.total,
        }
    }


def s6(page: Page, root: str) -> object:
    """TAAS: no envelope at all; 03 without rows."""
    if not page.items:
        return {"resultCode": "03", "resultMsg": "NODATA_ERROR"}
    return {
        "resultCode": "00",
        "resultMsg": "NORMAL_CODE",
        "items": {"item": page.items},
        "totalCount": page.total,
        "numOfRows": page.size,
        "pageNo": page.number,
    }


def s7(page: Page, root: str) -> object:
    """The ministry of the interior: like S1, with result code 0 and 정상."""
    header = {"resultCode": "0", "resultMsg": "정상"}
    body = {"dataType": "JSON", **_body({"item": page.items}, page)}
    return {"response": {"header": header, "body": body}}


def s8(page: Page, root: str) -> object:
    """Newer standard data: `header` and `body` are the root."""
    return {
        "header": {"resultCode": "00", "resultMsg": "NORMAL_SERVICE", "type": "json"},
        "body": {
            "items": {"item": page.items},
            "totalCount": str(page.total),
            "numOfRows": str(page.size),
            "pageNo": str(page.number),
        },
    }


def s9(page: Page, root: str) -> object:
    """Version 2 of safetydata.go.kr: the body is the list, counts stand beside the header."""
    return {
        "header": {"resultMsg": "NORMAL SERVICE", "resultCode": "00", "errorMsg": None},
        "numOfRows": page.size,
        "pageNo": page.number,
        "totalCount": page.total,
        "body": page.items,
    }


def neis(page: Page, root: str) -> object:
    """NEIS: a head with count and result, then the rows (never empty: see refusals)."""
    result = {"CODE": "INFO-000", "MESSAGE": "정상 처리되었습니다."}
    head = [{"list_total_count": page.total}, {"RESULT": result}]
    return {root: [{"head": head}, {"row": page.items}]}


def odcloud(page: Page, root: str) -> object:
    """odcloud: counts beside the rows."""
    return {
        "currentCount": len(page.items),
        "data": page.items,
        "matchCount": page.total,
        "page": page.number,
        "perPage": page.size,
        "totalCount": page.total,
    }


def kosis(page: Page, root: str) -> object:
    """KOSIS: the rows themselves, all at once (never empty: see refusals)."""
    return page.items


def gateway_xml(page: Page, root: str) -> bytes:
    """Return the gateway's XML; 03 without rows."""
    code, message = ("00", "NORMAL SERVICE.") if page.items else ("03", "NODATA_ERROR")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><response><header>'
        f"<resultCode>{code}</resultCode><resultMsg>{message}</resultMsg></header>"
        f"<body><items>{_xml_rows(page.items, 'item')}</items><numOfRows>{page.size}</numOfRows>"
        f"<pageNo>{page.number}</pageNo><totalCount>{page.total}</totalCount></body></response>"
    ).encode()


def neis_xml(page: Page, root: str) -> bytes:
    """Return NEIS's XML."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" ?><{root}><head>'
        f"<list_total_count>{page.total}</list_total_count><RESULT><CODE>INFO-000</CODE>"
        "<MESSAGE>정상 처리되었습니다.</MESSAGE></RESULT></head>"
        f"{_xml_rows(page.items, 'row')}</{root}>"
    ).encode()


def _body(items: dict[str, object], page: Page) -> dict[str, object]:
    return {
        "items": items if page.items else "",
        "numOfRows": page.size,
        "pageNo": page.number,
        "totalCount": page.total,
    }


def _xml_rows(rows: Rows, tag: str) -> str:
    return "".join(
        f"<{tag}>"
        + "".join(
            f"<{name}>{escape('' if value is None else str(value))}</{name}>"
            for name, value in row.items()
        )
        + f"</{tag}>"
        for row in rows
    )


_JSON: dict[Wire, Callable[[Page, str], object]] = {
    "S1": s1,
    "S2": s2,
    "S4": s4,
    "S5": s5,
    "S6": s6,
    "S7": s7,
    "S8": s8,
    "S9": s9,
    "neis": neis,
    "kosis": kosis,
    "odcloud": odcloud,
}
_XML: dict[Wire, Callable[[Page, str], bytes]] = {"neis": neis_xml}
_RAW_BREAKS: frozenset[Wire] = frozenset(("S1", "S2", "S5", "S6", "S7", "S9"))
