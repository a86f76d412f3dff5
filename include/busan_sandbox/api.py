"""The agencies' HTTP interfaces as pure functions: a request in, an answer out.

Envelopes, error shapes and paging follow DOMAIN.md A1 to A4: the data.go.kr gateway (the living
lab of Busan, the standard data of CCTV), odcloud (five major crimes by station) and NEIS
(schools). A wrong key, a fault on request and a page beyond the end answer as the real
interfaces do, which is rarely with an HTTP error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from busan_sandbox.files import json_bytes

STATION_DATASET = "15036510/v1"
LIVING_LAB_PATH = "/6260000/LivingLabService/getLivingLab"
CCTV_PATH = "/openapi/tn_pubr_public_cctv_api"
SCHOOL_PATH = "/hub/schoolInfo"
STATION_PATH = f"/api/{STATION_DATASET}/"
SWAGGER_PATH = "/oas/docs"

GATEWAY_CODES = {
    "22": "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR",
    "30": "SERVICE_KEY_IS_NOT_REGISTERED_ERROR",
}
NEIS_CODES = {
    "INFO-200": "해당하는 데이터가 없습니다.",
    "ERROR-290": "인증키가 유효하지 않습니다.",
    "ERROR-336": "데이터요청은 한번에 최대 1,000건을 넘을 수 없습니다.",
    "ERROR-337": "일별 트래픽 제한을 넘은 호출입니다. 오늘은 더이상 호출할 수 없습니다.",
}
# Silent caps on rows a page.
_GATEWAY_CAPS = {"living_lab": 100, "cctv": 1000}
_ODCLOUD_CAP = 1000
_NEIS_CAP = 1000
_NEIS_SAMPLE = 5

Rows = list[dict[str, Any]]


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
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = "application/json;charset=UTF-8"


def json_answer(document: object, status: int = 200) -> Answer:
    """Return a JSON answer."""
    return Answer(status, json_bytes(document))


def gateway_error(code: str) -> Answer:
    """Return the gateway's XML error, sent with HTTP 200 whatever format was asked for."""
    body = (
        "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
        f"<returnAuthMsg>{GATEWAY_CODES[code]}</returnAuthMsg>"
        f"<returnReasonCode>{code}</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"
    )
    return Answer(200, body.encode(), "text/xml;charset=UTF-8")


def neis_result(code: str) -> Answer:
    """Return NEIS's bare result, which has another shape than its rows."""
    return json_answer({"RESULT": {"CODE": code, "MESSAGE": NEIS_CODES[code]}})


def odcloud_error(message: str) -> Answer:
    """Return odcloud's refusal."""
    return json_answer({"code": -401, "msg": message}, 401)


class Agencies:
    """All interfaces over one state folder.

    data: folder that `generate` wrote; key: the key that every interface expects.
    """

    def __init__(self, data: Path, key: str) -> None:
        self._data = data
        self._key = key

    def sender(self, request: Request) -> str | None:
        """Return whom a request is addressed to, as faults name senders; None if nobody."""
        if request.path == LIVING_LAB_PATH:
            return "datagokr"
        if request.path == CCTV_PATH:
            return request.query.get("instt_code", "datagokr_standard")
        if request.path == SCHOOL_PATH:
            return "neis"
        if request.path == SWAGGER_PATH or request.path.startswith(STATION_PATH):
            return "odcloud"
        return None

    def answer(self, request: Request, *, empty: bool = False) -> Answer:
        """Answer a request; empty plays a sender that has no rows."""
        handlers: dict[str, Callable[[Request, bool], Answer]] = {
            LIVING_LAB_PATH: self._living_lab,
            CCTV_PATH: self._cctv,
            SCHOOL_PATH: self._schools,
            SWAGGER_PATH: self._swagger,
        }
        handler = handlers.get(request.path)
        if handler is None and request.path.startswith(STATION_PATH):
            handler = self._stations
        if handler is None:
            return json_answer({"status": "not found"}, 404)
        return handler(request, empty)

    def _rows(self, name: str) -> Rows:
        path = self._data / "api" / f"{name}.json"
        return _load(path, path.stat().st_mtime_ns) if path.exists() else []

    def _living_lab(self, request: Request, empty: bool) -> Answer:
        if request.query.get("serviceKey") != self._key:
            return gateway_error("30")
        rows = [] if empty else self._rows("living_lab")
        page, size = request.number("pageNo", 1), request.number("numOfRows", 10)
        items = _page(rows, page, min(size, _GATEWAY_CAPS["living_lab"]))
        if request.query.get("resultType") != "json":
            return _gateway_xml(items, page, size, len(rows))
        return json_answer(
            {
                "getLivingLab": {
                    "header": {"code": "00", "message": "NORMAL_CODE"},
                    "item": items,
                    "numOfRows": size,
                    "pageNo": page,
                    "totalCount": len(rows),
                }
            }
        )

    def _cctv(self, request: Request, empty: bool) -> Answer:
        if request.query.get("serviceKey") != self._key:
            return gateway_error("30")
        code = request.query.get("instt_code", "")
        names = [f"cctv_{code}"] if code.isdecimal() else self._cctv_names() if not code else []
        rows = [] if empty else [row for name in names for row in self._rows(name)]
        page, size = request.number("pageNo", 1), request.number("numOfRows", 10)
        items = _page(rows, page, min(size, _GATEWAY_CAPS["cctv"]))
        if request.query.get("type") != "json":
            return _gateway_xml(items, page, size, len(rows))
        if not items:
            header = {"resultCode": "03", "resultMsg": "NODATA_ERROR", "type": "json"}
            return json_answer({"response": {"header": header}})
        return json_answer(
            {
                "response": {
                    "header": {"resultCode": "00", "resultMsg": "NORMAL_SERVICE", "type": "json"},
                    "body": {
                        "items": items,
                        "totalCount": str(len(rows)),
                        "numOfRows": str(size),
                        "pageNo": str(page),
                    },
                }
            }
        )

    def _cctv_names(self) -> list[str]:
        return sorted(path.stem for path in (self._data / "api").glob("cctv_*.json"))

    def _stations(self, request: Request, empty: bool) -> Answer:
        given = request.query.get("serviceKey") or request.headers.get("authorization", "")
        given = given.removeprefix("Infuser ").strip()
        if not given:
            return odcloud_error("인증키는 필수 항목 입니다.")
        if given != self._key:
            return odcloud_error("유효하지 않은 인증키 입니다.")
        wanted = request.path.removeprefix(STATION_PATH).removeprefix("uddi:")
        found = [table for table in self._rows("stations") if table["uuid"] == wanted]
        if not found:
            return json_answer({"code": -3, "msg": "등록되지 않은 서비스 입니다."}, 404)
        rows: Rows = [] if empty else found[0]["data"]
        page, size = request.number("page", 1), request.number("perPage", 10)
        data = _page(rows, page, min(size, _ODCLOUD_CAP))
        return json_answer(
            {
                "currentCount": len(data),
                "data": data,
                "matchCount": len(rows),
                "page": page,
                "perPage": size,
                "totalCount": len(rows),
            }
        )

    def _swagger(self, request: Request, empty: bool) -> Answer:
        if request.query.get("namespace") != STATION_DATASET:
            return json_answer({"code": -3, "msg": "등록되지 않은 서비스 입니다."}, 404)
        tables = [] if empty else self._rows("stations")
        return json_answer(
            {
                "swagger": "2.0",
                "info": {
                    "title": "경찰청 부산광역시경찰청_경찰서별 5대 범죄 발생 현황",
                    "version": "1.0",
                },
                "host": "api.odcloud.kr",
                "basePath": "/api",
                "paths": {
                    f"/{STATION_DATASET}/uddi:{table['uuid']}": {
                        "get": {"summary": table["summary"]}
                    }
                    for table in tables
                },
            }
        )

    def _schools(self, request: Request, empty: bool) -> Answer:
        key = request.query.get("KEY")
        if key is not None and key != self._key:
            return neis_result("ERROR-290")
        size = request.number("pSize", 100)
        if size > _NEIS_CAP:
            return neis_result("ERROR-336")
        filters = ("ATPT_OFCDC_SC_CODE", "SD_SCHUL_CODE", "SCHUL_NM", "SCHUL_KND_SC_NM")
        rows = [] if empty else self._rows("schools")
        for name in filters:
            wanted = request.query.get(name)
            if wanted:
                rows = [row for row in rows if wanted in row[name]]
        page = _page(rows, request.number("pIndex", 1), size)
        if key is None:
            # Without a key NEIS answers with a sample.
            page = rows[:_NEIS_SAMPLE]
        if not page:
            return neis_result("INFO-200")
        result = {"RESULT": {"CODE": "INFO-000", "MESSAGE": "정상 처리되었습니다."}}
        head: Rows = [{"list_total_count": len(rows)}, result]
        return json_answer({"schoolInfo": [{"head": head}, {"row": page}]})


def _page(rows: Rows, page: int, size: int) -> Rows:
    return rows[(page - 1) * size : page * size]


@lru_cache(maxsize=32)
def _load(path: Path, _changed_at: int) -> Rows:
    """Read one table; kept until the file changes."""
    rows: Rows = json.loads(path.read_text(encoding="utf-8"))
    return rows


def _gateway_xml(items: Rows, page: int, size: int, total: int) -> Answer:
    """Return the gateway's XML, its format unless JSON is asked for by the right parameter."""
    code, message = ("00", "NORMAL SERVICE.") if items else ("03", "NODATA_ERROR")
    rows = "".join(
        "<item>"
        + "".join(
            f"<{name}>{escape('' if value is None else str(value))}</{name}>"
            for name, value in item.items()
        )
        + "</item>"
        for item in items
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><response><header>'
        f"<resultCode>{code}</resultCode><resultMsg>{message}</resultMsg></header>"
        f"<body><items>{rows}</items><numOfRows>{size}</numOfRows><pageNo>{page}</pageNo>"
        f"<totalCount>{total}</totalCount></body></response>"
    )
    return Answer(200, body.encode(), "text/xml;charset=UTF-8")
