"""Whatever a sender answers is a page or a named failure, never another error."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from busan_safety.connectors.answers import Page
from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.gateway import read_page
from busan_safety.connectors.http_folder import read_index
from busan_safety.connectors.other_answers import read_kosis, read_neis, read_odcloud

READERS = {"gateway": read_page, "neis": read_neis, "odcloud": read_odcloud, "kosis": read_kosis}
SUCCESS = ["00", "0", "0000", "INFO-000"]
_ENVELOPE = (
    *("response", "header", "body", "items", "item", "resultCode", "totalCount", "cmmMsgHeader"),
    *("returnReasonCode", "RESULT", "CODE", "head", "row", "list_total_count", "schoolInfo"),
    *("data", "matchCount", "code", "err", "errMsg", "error"),
)
_NAMES = st.sampled_from(_ENVELOPE)
_SCALARS = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "00", "03", "INFO-000", "INFO-200", "9" * 5000, "\ud800", "\x00"]
)
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=14,
)


def xml_of(tree: object) -> str:
    if isinstance(tree, dict):
        return "".join(f"<{name}>{xml_of(value)}</{name}>" for name, value in tree.items())
    if isinstance(tree, list):
        return "".join(f"<item>{xml_of(value)}</item>" for value in tree)
    return str(tree)[:40].replace("\ud800", "").replace("\x00", "")


_ANSWERS = (
    st.binary(max_size=200)
    | _TREES.map(lambda tree: json.dumps(tree).encode())
    | _TREES.map(lambda tree: f"<response>{xml_of(tree)}</response>".encode())
)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@settings(max_examples=120, deadline=None)
@given(answer=_ANSWERS)
@example(answer=b"[" * 100_000)
@example(answer=b'{"a":' * 20_000)
@example(answer=b"<a>" * 20_000)
@example(answer=b"<a>" * 500 + b"</a>" * 500)
@example(answer='<?xml version="1.0" encoding="EUC-KR"?><a>가</a>'.encode("cp949"))
@example(answer=b'{"err": "' + b"9" * 6000 + b'"}')
@example(answer=b'{"response": {"header": "00", "body": {"items": 5}}}')
def test_an_answer_is_a_page_or_a_named_failure(reader, answer):
    try:
        page = reader(answer, SUCCESS)
    except SourceFailure as failure:
        assert str(failure)
        assert failure.action in ("retry", "back_off", "stop_until_midnight", "fail")
        # What a sender says is never repeated at length: it may be the key.
        assert len(failure.code) <= 60
    else:
        assert isinstance(page, Page)
        assert all(isinstance(item, dict) for item in page.items)


_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><response><header>&a;</header></response>',
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><response>&f;</response>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><response/>',
        f"<!DOCTYPE x [{_LAUGHS}]><response>&a8;</response>",
    ],
)
def test_xml_entities_and_document_types_are_refused(reader, xml):
    with pytest.raises(SourceFailure) as failed:
        reader(xml.encode(), SUCCESS)
    assert failed.value.code in ("hostile_xml", "unreadable", "unknown_form")
    assert "root:" not in str(failed.value)


_HREFS = st.text(
    st.sampled_from(list("ab./\\%:?#&=\"'<> \x00가")) | st.characters(), max_size=25
) | st.sampled_from(["%", "%zz", "http://[", "..", "//", "a%2F..%2Fb", "%00", "C:\\x", "\ud800"])


@settings(max_examples=150, deadline=None)
@given(st.lists(_HREFS, max_size=4), st.binary(max_size=60))
def test_an_index_page_gives_plain_names_or_a_named_failure(hrefs, noise):
    url = "http://127.0.0.1:1/files/city/budget/"
    links = "".join(f'<a href="{href}">x</a>' for href in hrefs)
    page = f"<html><pre>{links}".encode("utf-8", "surrogatepass") + noise
    try:
        listed = read_index(page, url, "city_files")
    except SourceFailure as failure:
        assert failure.code in ("hostile_name", "no_index")
        return
    for one in listed:
        assert one.url.startswith(url)
        assert not set(one.name) & set("/\\\x00")
        assert one.name not in ("", ".", "..")
