import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.gateway import read_page

SUCCESS = ["00", "0", "0000", "INFO-000"]
ITEM = {"a": "1"}


def body(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def header(code: str = "00") -> dict[str, str]:
    return {"resultCode": code, "resultMsg": "NORMAL SERVICE."}


SHAPES = {
    "S1": {"response": {"header": header(), "body": {"items": {"item": [ITEM]}, "totalCount": 1}}},
    "S2 one object": {
        "response": {"header": header(), "body": {"items": {"item": ITEM}, "totalCount": 1}}
    },
    "S4 list": {"response": {"header": header(), "body": {"items": [ITEM], "totalCount": "1"}}},
    "S4 list of item": {
        "response": {"header": header(), "body": {"items": [{"item": ITEM}], "totalCount": 1}}
    },
    "S5 operation": {
        "getX": {"header": {"code": "00", "message": "OK"}, "item": [ITEM], "totalCount": 1}
    },
    "S6 flat": {"resultCode": "00", "items": {"item": [ITEM]}, "totalCount": 1},
    "S7 zero": {
        "response": {"header": header("0"), "body": {"items": {"item": [ITEM]}, "totalCount": 1}}
    },
    "S8 no response": {"header": header(), "body": {"items": {"item": [ITEM]}, "totalCount": 1}},
    "S9 body is a list": {"header": header(), "totalCount": 1, "body": [ITEM]},
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES)
def test_every_shape_of_success_is_the_same_page(content):
    page = read_page(body(content), SUCCESS)
    assert page.items == [ITEM]
    assert page.total == 1


@pytest.mark.parametrize("items", ["", None, [], {}, {"item": []}])
@pytest.mark.parametrize("code", ["03", "00"])
def test_no_data_is_an_empty_page_not_a_failure(items, code):
    content = {"response": {"header": header(code), "body": {"items": items, "totalCount": 0}}}
    assert read_page(body(content), SUCCESS).items == []


def test_xml_with_one_item_is_a_list_of_one():
    xml = (
        "<response><header><resultCode>00</resultCode></header><body><items><item><a>1</a>"
        "</item></items><totalCount>1</totalCount></body></response>"
    )
    assert read_page(xml.encode(), SUCCESS).items == [ITEM]


ERRORS = {
    "E1 xml": b"<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
    b"<returnAuthMsg>SERVICE_KEY_IS_NOT_REGISTERED_ERROR</returnAuthMsg>"
    b"<returnReasonCode>30</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>",
    "E2 json": body(
        {"OpenAPI_ServiceResponse": {"cmmMsgHeader": {"errMsg": "X", "returnReasonCode": "30"}}}
    ),
    "E3 bare": body({"cmmMsgHeader": {"returnReasonCode": "30"}}),
    "E4 flat": body({"returnReasonCode": "30", "errMsg": "X"}),
    "E5 inside": body({"response": {"header": {"resultCode": "30"}}}),
    "E6 result": body({"responseTime": "2024", "resultCode": "30", "resultMsg": "ERROR"}),
    "name for code": body(
        {"cmmMsgHeader": {"returnReasonCode": "SERVICE_KEY_IS_NOT_REGISTERED_ERROR"}}
    ),
}


@pytest.mark.parametrize("answer", ERRORS.values(), ids=ERRORS)
def test_every_shape_of_failure_gives_code_and_remedy(answer):
    with pytest.raises(SourceFailure, match="check the key") as failed:
        read_page(answer, SUCCESS)
    assert failed.value.code == "30"
    assert not failed.value.transient


@pytest.mark.parametrize(("code", "transient"), [("01", True), ("22", False), ("23", True)])
def test_retry_follows_the_code(code, transient):
    with pytest.raises(SourceFailure) as failed:
        read_page(body({"returnReasonCode": code}), SUCCESS)
    assert failed.value.transient is transient


def test_xml_entities_are_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><response><header>&a;</header></response>'
    with pytest.raises(SourceFailure, match="entities"):
        read_page(bomb, SUCCESS)


_KEYS = st.sampled_from(
    ["response", "header", "body", "items", "item", "resultCode", "totalCount", "cmmMsgHeader"]
)
_JSON = st.recursive(
    st.sampled_from([None, "", 0, "00", "03", "abc", True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=300) | _JSON.map(body))
def test_whatever_arrives_is_a_page_or_a_named_failure(answer):
    try:
        read_page(answer, SUCCESS)
    except SourceFailure as failure:
        assert str(failure)
