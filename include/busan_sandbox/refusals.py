"""How each sender says no: the gateway's error envelopes E1 to E8, NEIS, odcloud and KOSIS.

The gateway's codes and envelopes follow DOMAIN.md A1. KOSIS: only the shape and code 21 were
seen; its other codes are played from memory of the developer guide and are not verified.
"""

from __future__ import annotations

import re
from typing import Literal, get_args
from xml.sax.saxutils import escape

from busan_sandbox.endpoints import Endpoint
from busan_sandbox.messages import XML, Answer, json_answer

Envelope = Literal["E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8"]
ENVELOPES: tuple[Envelope, ...] = get_args(Envelope)

GATEWAY_CODES = {
    "01": "APPLICATION_ERROR",
    "02": "DB_ERROR",
    "03": "NODATA_ERROR",
    "04": "HTTP_ERROR",
    "05": "SERVICETIMEOUT_ERROR",
    "10": "INVALID_REQUEST_PARAMETER_ERROR",
    "11": "NO_MANDATORY_REQUEST_PARAMETERS_ERROR",
    "12": "NO_OPENAPI_SERVICE_ERROR",
    "20": "SERVICE_ACCESS_DENIED_ERROR",
    "21": "TEMPORARILY_DISABLE_THE_SERVICEKEY_ERROR",
    "22": "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR",
    "23": "LIMITED_NUMBER_OF_SERVICE_REQUESTS_PER_SECOND_EXCEEDS_ERROR",
    "29": "BLACKLIST_IP_ACCESS_ERROR",
    "30": "SERVICE_KEY_IS_NOT_REGISTERED_ERROR",
    "31": "DEADLINE_HAS_EXPIRED_ERROR",
    "32": "UNREGISTERED_IP_ERROR",
    "33": "UNSIGNED_CALL_ERROR",
    "99": "UNKNOWN_ERROR",
}
NEIS_CODES = {
    "INFO-100": "해당 자료는 단순 참고용으로만 활용하시기 바랍니다.",
    "INFO-200": "해당하는 데이터가 없습니다.",
    "INFO-300": "관리자에 의해 인증키 사용이 제한되었습니다.",
    "ERROR-290": "인증키가 유효하지 않습니다.",
    "ERROR-300": "필수 값이 누락되어 있습니다.",
    "ERROR-310": "해당하는 서비스를 찾을 수 없습니다.",
    "ERROR-333": "요청위치 값의 타입이 유효하지 않습니다.",
    "ERROR-336": "데이터요청은 한번에 최대 1,000건을 넘을 수 없습니다.",
    "ERROR-337": "일별 트래픽 제한을 넘은 호출입니다. 오늘은 더이상 호출할 수 없습니다.",
    "ERROR-500": "서버 오류입니다.",
    "ERROR-600": "데이터베이스 연결 오류입니다.",
    "ERROR-601": "SQL 문장 오류입니다.",
}
_NEIS_FOR = {
    "02": "ERROR-600", "03": "INFO-200", "10": "ERROR-333", "11": "ERROR-300", "12": "ERROR-310",
    "20": "INFO-300", "21": "INFO-300", "22": "ERROR-337", "30": "ERROR-290", "31": "ERROR-290",
}  # fmt: skip
KOSIS_CODES = {
    "10": "인증키가 누락되었습니다.",
    "11": "인증키가 유효하지 않습니다.",
    "20": "필수요청변수값이 누락되었습니다.",
    "21": "잘못된 요청변수입니다.",
    "30": "데이터가 존재하지 않습니다.",
    "31": "조회결과가 초과되었습니다.",
    "40": "호출 가능 건수가 제한되었습니다.",
    "42": "사용자별 이용이 제한되었습니다.",
    "50": "서버 오류입니다.",
}
_KOSIS_FOR = {
    "03": "30", "10": "21", "11": "20", "12": "21", "20": "42", "21": "42", "22": "40", "23": "40",
    "30": "11", "31": "11", "33": "10",
}  # fmt: skip
_KOREAN = {"22": "일일 요청 한도 초과", "30": "등록되지 않은 서비스키", "31": "활용기간 만료"}
_CODE = re.compile(r"\d{2}|(?:ERROR-|INFO-)?\d{3}")


def is_code(text: str) -> bool:
    """Whether a text is a code that some sender answers: 22, ERROR-337 or 337."""
    if _CODE.fullmatch(text) is None:
        return False
    return text in GATEWAY_CODES or _neis_code(text) is not None or text in KOSIS_CODES


def refusal(endpoint: Endpoint, code: str, envelope: Envelope | None = None) -> Answer:
    """Return how a sender words a refusal.

    code: of the gateway, which other senders translate into their own, or of NEIS.
    envelope: of the gateway's answers; by default E1, XML with status 200 whatever was asked.
    """
    if endpoint.wire == "neis":
        return neis_result(_neis_code(code) or _NEIS_FOR.get(code, "ERROR-500"))
    if endpoint.wire == "kosis":
        return kosis_error(_KOSIS_FOR.get(code, "50"))
    if endpoint.wire == "odcloud" and envelope is None:
        if code in ("20", "21", "30", "31", "33"):
            return odcloud_error("유효하지 않은 인증키 입니다.")
        if code == "12":
            return unregistered_service()
    return gateway_error(endpoint, code, envelope or "E1")


def gateway_error(endpoint: Endpoint, code: str, envelope: Envelope = "E1") -> Answer:
    """Return the gateway's refusal in one of its envelopes (DOMAIN.md A1)."""
    name = GATEWAY_CODES.get(code, GATEWAY_CODES["99"])
    korean = _KOREAN.get(code, "서비스 오류")
    message = {"errMsg": name, "returnAuthMsg": korean, "returnReasonCode": code}
    if envelope == "E2":
        return json_answer({"OpenAPI_ServiceResponse": {"cmmMsgHeader": message}}, 403)
    if envelope == "E3":
        return json_answer({"cmmMsgHeader": message})
    if envelope == "E4":
        return json_answer({"returnReasonCode": code, "errMsg": name})
    if envelope == "E5":
        return json_answer(_in_a_normal_body(endpoint, code, name))
    if envelope == "E6":
        return json_answer({"responseTime": 12, "resultCode": code, "resultMsg": "ERROR"})
    if envelope == "E7":
        answer = _xml_error(code, name)
        return Answer(429, answer.body, XML, {"Retry-After": "1"})
    return _xml_error(code, name)


def echoed_key(path: str, key: str) -> Answer:
    """Return a refusal that repeats the request with its key, as careless gateways do."""
    address = f"{path}?serviceKey={key}"
    return _xml_error("10", f"INVALID_REQUEST_PARAMETER_ERROR {escape(address)}")


def neis_result(code: str) -> Answer:
    """Return NEIS's bare result, which has another shape than its rows."""
    return json_answer({"RESULT": {"CODE": code, "MESSAGE": NEIS_CODES[code]}})


def odcloud_error(message: str) -> Answer:
    """Return odcloud's refusal of a key."""
    return json_answer({"code": -401, "msg": message}, 401)


def unregistered_service() -> Answer:
    """Return odcloud's answer for a data set or a year that it does not have."""
    return json_answer({"code": -4, "msg": "등록되지 않은 서비스 입니다."}, 404)


def kosis_error(code: str) -> Answer:
    """Return KOSIS's error, an object where rows would be a list."""
    return json_answer({"err": code, "errMsg": KOSIS_CODES[code]})


def _xml_error(code: str, name: str) -> Answer:
    body = (
        "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
        f"<returnAuthMsg>{name}</returnAuthMsg>"
        f"<returnReasonCode>{code}</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"
    )
    return Answer(200, body.encode(), XML)


def _in_a_normal_body(endpoint: Endpoint, code: str, name: str) -> object:
    header = {"resultCode": code, "resultMsg": name}
    if endpoint.wire == "S5":
        return {endpoint.root: {"header": {"code": code, "message": name}}}
    if endpoint.wire == "S6":
        return header
    if endpoint.wire in ("S8", "S9"):
        return {"header": {**header, "errorMsg": name}}
    return {"response": {"header": header}}


def _neis_code(text: str) -> str | None:
    """Return the whole code; 300 alone is ERROR-300, not INFO-300."""
    whole = (text, f"ERROR-{text}", f"INFO-{text}")
    return next((code for code in whole if code in NEIS_CODES), None)
