"""NEIS, odcloud and KOSIS: each has its own root, its own total and its own way to say no."""

import json

import pytest

from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.other_answers import read_kosis, read_neis, read_odcloud

OK = ["INFO-000"]
ROW = {"SCHUL_NM": "가마초등학교"}


def body(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def neis(rows: object, code: str = "INFO-000") -> bytes:
    head = [{"list_total_count": 1}, {"RESULT": {"CODE": code, "MESSAGE": "…"}}]
    return body({"schoolInfo": [{"head": head}, {"row": rows}]})


def test_neis_rows_and_total():
    page = read_neis(neis([ROW]), OK)
    assert (page.items, page.total) == ([ROW], 1)


def test_neis_as_xml_is_the_same_page():
    xml = (
        "<schoolInfo><head><list_total_count>1</list_total_count><RESULT><CODE>INFO-000</CODE>"
        "</RESULT></head><row><SCHUL_NM>가마초등학교</SCHUL_NM></row></schoolInfo>"
    )
    page = read_neis(xml.encode(), OK)
    assert (page.items, page.total) == ([ROW], 1)


@pytest.mark.parametrize(
    "answer", [body({"RESULT": {"CODE": "INFO-200"}}), b"<RESULT><CODE>INFO-200</CODE></RESULT>"]
)
def test_neis_without_data_is_empty_not_a_failure(answer):
    assert read_neis(answer, OK).items == []


@pytest.mark.parametrize(
    ("code", "action", "remedy"),
    [
        ("ERROR-290", "fail", "key"),
        ("INFO-300", "fail", "restricted"),
        ("ERROR-300", "fail", "parameter"),
        ("ERROR-310", "fail", "successor"),
        ("ERROR-333", "fail", "params"),
        ("ERROR-336", "fail", "page_size"),
        ("ERROR-337", "stop_until_midnight", "midnight"),
        ("ERROR-500", "retry", "tried again"),
        ("ERROR-600", "retry", "tried again"),
        ("ERROR-601", "retry", "tried again"),
    ],
)
@pytest.mark.parametrize("wrapped", [True, False])
def test_neis_codes_have_their_action_and_remedy(code, action, remedy, wrapped):
    answer = neis([], code) if wrapped else body({"RESULT": {"CODE": code}})
    with pytest.raises(SourceFailure, match=remedy) as failed:
        read_neis(answer, OK)
    assert (failed.value.action, failed.value.code) == (action, code)
    assert (failed.value.retry_at is not None) == (action == "stop_until_midnight")


def test_odcloud_counts_what_is_left_after_filters():
    content = {"page": 1, "totalCount": 160, "matchCount": 1, "data": [{"경찰서": "중부"}]}
    page = read_odcloud(body(content), OK)
    assert (page.items, page.total) == ([{"경찰서": "중부"}], 1)


def test_odcloud_data_may_be_nested():
    content = {"data": {"data": [{"a": 1}], "totalCount": 1, "matchCount": 1}}
    page = read_odcloud(body(content), OK)
    assert (page.items, page.total) == ([{"a": 1}], 1)


@pytest.mark.parametrize("code", [-401, -4])
def test_odcloud_refuses_a_key_with_the_remedy(code):
    with pytest.raises(SourceFailure, match="check the key") as failed:
        read_odcloud(body({"code": code, "msg": "유효하지 않은 인증키 입니다."}), OK)
    assert failed.value.action == "fail"


def test_odcloud_gateway_errors_come_as_xml():
    xml = b"<OpenAPI_ServiceResponse><cmmMsgHeader><returnReasonCode>22</returnReasonCode>"
    xml += b"</cmmMsgHeader></OpenAPI_ServiceResponse>"
    with pytest.raises(SourceFailure) as failed:
        read_odcloud(xml, OK)
    assert failed.value.action == "stop_until_midnight"


def test_kosis_root_is_the_list_of_rows():
    page = read_kosis(body([{"DT": "1,234"}, {"DT": "-"}]), OK)
    assert (len(page.items), page.total) == (2, 2)


@pytest.mark.parametrize(
    "answer", [b'{"err":"30","errMsg":"x"}', b'{err:"30",errMsg:"x"}', b'\xef\xbb\xbf{"err":30}']
)
def test_kosis_without_data_is_empty_whatever_its_spelling(answer):
    assert read_kosis(answer, OK).items == []


@pytest.mark.parametrize(
    ("code", "action"),
    [("10", "fail"), ("11", "fail"), ("21", "fail"), ("31", "fail"), ("50", "retry")],
)
def test_kosis_codes_have_their_action(code, action):
    with pytest.raises(SourceFailure) as failed:
        read_kosis(body({"err": code, "errMsg": "…"}), OK)
    assert (failed.value.action, failed.value.code) == (action, code)
