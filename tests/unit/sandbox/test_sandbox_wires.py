"""The wire formats: shapes of success, the switch for JSON, pages that add up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from busan_sandbox.api import SWAGGER_PATH, Agencies
from busan_sandbox.endpoints import FIRST_ENDPOINTS, Endpoint, endpoints_document, read_endpoints
from busan_sandbox.files import json_bytes
from busan_sandbox.generate import generated_endpoints
from busan_sandbox.messages import Answer, Request

from .conftest import KEY, City

ALL_ENDPOINTS = (*FIRST_ENDPOINTS, *generated_endpoints())
SPELLINGS = ("resultType", "type", "_type", "dataType", "returnType")
GATEWAY_WIRES = ("S1", "S2", "S4", "S5", "S6", "S7", "S8", "S9")


def items_of(endpoint: Endpoint, answer: Answer) -> tuple[list[dict[str, Any]], int]:
    """Return the rows of an answer and the total that it announces."""
    if endpoint.wire == "xml":
        root = ElementTree.fromstring(answer.body)  # noqa: S314  our own answer
        rows = [{cell.tag: cell.text for cell in item} for item in root.iter("item")]
        return rows, int(root.findtext("body/totalCount") or "")
    document = json.loads(answer.body, strict=False)
    wire = endpoint.wire
    if wire == "kosis":
        return document, len(document)
    if wire == "odcloud":
        return document["data"], document["totalCount"]
    if wire == "neis":
        head, rows = document[endpoint.root]
        return rows["row"], head["head"][0]["list_total_count"]
    if wire == "S5":
        return document[endpoint.root]["item"], document[endpoint.root]["totalCount"]
    if wire == "S6":
        return document["items"]["item"], document["totalCount"]
    if wire == "S9":
        return document["body"], document["totalCount"]
    body = document["body"] if wire == "S8" else document["response"]["body"]
    items = body["items"]
    inner = items["item"] if isinstance(items, dict) else items or []
    return [inner] if isinstance(inner, dict) else inner, int(body["totalCount"])


def key_of(endpoint: Endpoint) -> dict[str, str]:
    name = {"neis": "KEY", "kosis": "apiKey"}.get(endpoint.wire, "serviceKey")
    return {name: KEY, **dict([endpoint.json_switch] if endpoint.json_switch else [])}


def requests_of(
    endpoint: Endpoint, agencies: Agencies, page: int, rows: list[dict[str, Any]]
) -> Iterator[Request]:
    """Yield what must be asked to see every row of an endpoint; rows: all of its table."""
    number, size = {"odcloud": ("page", "perPage"), "neis": ("pIndex", "pSize")}.get(
        endpoint.wire, ("pageNo", "numOfRows")
    )
    query = {**key_of(endpoint), number: str(page), size: "1000"}
    if endpoint.wire == "odcloud":
        swagger = agencies.answer(Request(SWAGGER_PATH, {"namespace": endpoint.path.strip("/")}))
        for path in json.loads(swagger.body)["paths"]:
            yield Request(f"/api{path}", query)
        return
    columns = [endpoint.filters.get(name) for name in endpoint.required]
    wanted = {tuple(str(row.get(column, "x")) for column in columns) for row in rows}
    for values in sorted(wanted):
        required = dict(zip(endpoint.required, values, strict=True))
        yield Request(endpoint.request_path, query | required)


@pytest.fixture(scope="module")
def agencies(city: City) -> Agencies:
    return Agencies(city.generated.state_dir, KEY)


def small(tmp_path: Path, wire: str, rows: list[dict[str, Any]], **options: Any) -> Agencies:
    """Return agencies with one endpoint of this wire and these rows."""
    (tmp_path / "api").mkdir(exist_ok=True)
    (tmp_path / "api" / "t.json").write_bytes(json_bytes(rows))
    endpoint = Endpoint("datagokr", "org/Service/getThings", "t", wire, "getThings", **options)  # type: ignore[arg-type]
    return Agencies(tmp_path, KEY, [endpoint])


def asked(agencies: Agencies, **query: str) -> Answer:
    (endpoint,) = agencies.endpoints
    return agencies.answer(Request(endpoint.request_path, {**key_of(endpoint), **query}))


def document_of(answer: Answer) -> Any:
    return json.loads(answer.body, strict=False)


@pytest.mark.parametrize("endpoint", ALL_ENDPOINTS, ids=lambda e: e.request_path)
def test_pages_of_every_endpoint_add_up_to_its_total(
    agencies: Agencies, city: City, endpoint: Endpoint
) -> None:
    rows = city.api(endpoint.table)
    asked_for = list(requests_of(endpoint, agencies, 1, rows))
    received = 0
    for first in asked_for:
        seen, total = items_of(endpoint, agencies.answer(first))
        assert seen and total, first
        assert len(seen) <= endpoint.cap or endpoint.wire == "kosis"
        number = "page" if endpoint.wire == "odcloud" else "pageNo"
        for page in range(2, -(-total // len(seen)) + 1):
            request = Request(first.path, {**first.query, number: str(page)})
            seen = seen + items_of(endpoint, agencies.answer(request))[0]

        assert len(seen) == total
        assert not set(endpoint.hidden) & set(seen[0])
        received += total
    tables = [table["data"] for table in rows] if endpoint.wire == "odcloud" else [rows]
    assert received == sum(len(table) for table in tables)


@pytest.mark.parametrize("endpoint", ALL_ENDPOINTS, ids=lambda e: e.request_path)
def test_every_endpoint_refuses_a_wrong_key(
    agencies: Agencies, city: City, endpoint: Endpoint
) -> None:
    for request in requests_of(endpoint, agencies, 1, city.api(endpoint.table)):
        query = {k: "other" if v == KEY else v for k, v in request.query.items()}

        answer = agencies.answer(Request(request.path, query))

        refusals = (b">30<", b"ERROR-290", b"-401", b'"err":"11"')
        assert any(refusal in answer.body for refusal in refusals)


@pytest.mark.parametrize("endpoint", ALL_ENDPOINTS, ids=lambda e: e.request_path)
def test_every_filter_of_every_endpoint_selects(
    agencies: Agencies, city: City, endpoint: Endpoint
) -> None:
    request = next(requests_of(endpoint, agencies, 1, city.api(endpoint.table)))
    for parameter in endpoint.filters:
        answer = agencies.answer(Request(request.path, {**request.query, parameter: "nothing"}))

        empty = (b"NODATA", b"INFO-200", b'"err":"30"', b'"totalCount":0', b'"totalCount":"0"')
        assert any(word in answer.body for word in empty), (parameter, answer.body[:200])


def test_endpoints_are_written_and_read_as_they_are() -> None:
    assert read_endpoints(endpoints_document(ALL_ENDPOINTS).decode()) == ALL_ENDPOINTS


def test_paths_are_not_played_twice() -> None:
    paths = [(e.request_path, e.wire) for e in ALL_ENDPOINTS]

    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("wire", ["S1", "S2", "S7"])
def test_no_rows_are_an_empty_text(tmp_path: Path, wire: str) -> None:
    body = document_of(asked(small(tmp_path, wire, [])))["response"]["body"]

    assert body["items"] == ""
    assert body["totalCount"] == 0


def test_a_single_row_comes_as_an_object(tmp_path: Path) -> None:
    one = document_of(asked(small(tmp_path, "S2", [{"a": "1"}])))["response"]["body"]
    two = document_of(asked(small(tmp_path, "S2", [{"a": "1"}, {"a": "2"}])))["response"]["body"]

    assert one["items"] == {"item": {"a": "1"}}
    assert two["items"] == {"item": [{"a": "1"}, {"a": "2"}]}


def test_standard_data_writes_counts_as_text_and_no_body_without_rows(tmp_path: Path) -> None:
    body = document_of(asked(small(tmp_path, "S4", [{"a": "1"}])))["response"]["body"]
    none = document_of(asked(small(tmp_path, "S4", [])))["response"]

    assert body == {"items": [{"a": "1"}], "totalCount": "1", "numOfRows": "10", "pageNo": "1"}
    assert none == {"header": {"resultCode": "03", "resultMsg": "NODATA_ERROR", "type": "json"}}


@pytest.mark.parametrize(
    ("wire", "path", "value"),
    [
        ("S1", ("response", "header", "resultCode"), "00"),
        ("S5", ("getThings", "header", "code"), "00"),
        ("S6", ("resultMsg",), "NORMAL_CODE"),
        ("S7", ("response", "header"), {"resultCode": "0", "resultMsg": "정상"}),
        ("S8", ("body", "totalCount"), "1"),
        ("S9", ("body",), [{"a": "1"}]),
        ("kosis", (0,), {"a": "1", "PRD_DE": "2024"}),
    ],
)
def test_success_is_worded_in_its_own_way(
    tmp_path: Path, wire: str, path: tuple[Any, ...], value: object
) -> None:
    row = {"a": "1", "PRD_DE": "2024"} if wire == "kosis" else {"a": "1"}

    found = document_of(asked(small(tmp_path, wire, [row])))
    for step in path:
        found = found[step]

    assert found == value


@pytest.mark.parametrize("wire", GATEWAY_WIRES)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_only_the_right_switch_gives_json(tmp_path: Path, wire: str, spelling: str) -> None:
    agencies = small(tmp_path, wire, [{"a": "<1>"}], json_switch=(spelling, "json"))
    (endpoint,) = agencies.endpoints
    others = {name: "json" for name in SPELLINGS if name != spelling}

    right = asked(agencies)
    wrong = agencies.answer(Request(endpoint.request_path, {"serviceKey": KEY, **others}))

    assert items_of(endpoint, right) == ([{"a": "<1>"}], 1)
    root = ElementTree.fromstring(wrong.body)  # noqa: S314  our own answer
    assert root.findtext("body/items/item/a") == "<1>"


def test_an_xml_service_answers_xml_whatever_is_asked(tmp_path: Path) -> None:
    agencies = small(tmp_path, "xml", [{"a": "1"}], json_switch=("resultType", "json"))

    answer = asked(agencies, type="json", _type="json", dataType="JSON", returnType="JSON")

    assert answer.body.startswith(b"<?xml")
    assert answer.content_type.startswith("text/xml")


@pytest.mark.parametrize("cap", [3, 100])
def test_pages_are_capped_in_silence(tmp_path: Path, cap: int) -> None:
    agencies = small(tmp_path, "S1", [{"a": str(i)} for i in range(250)], cap=cap)

    body = document_of(asked(agencies, numOfRows="200"))["response"]["body"]

    assert len(body["items"]["item"]) == cap
    assert (body["numOfRows"], body["totalCount"]) == (200, 250)


def test_gateways_put_real_line_breaks_into_texts(tmp_path: Path) -> None:
    broken = asked(small(tmp_path, "S5", [{"a": "one\ntwo", "b": "C:\\new"}]))
    whole = asked(small(tmp_path, "odcloud", [{"uuid": "u", "data": []}]))

    with pytest.raises(json.JSONDecodeError):
        json.loads(broken.body)
    assert document_of(broken)["getThings"]["item"] == [{"a": "one\ntwo", "b": "C:\\new"}]
    assert b"\n" not in whole.body


def test_kosis_answers_periods_and_errors_as_an_object(tmp_path: Path) -> None:
    rows = [{"PRD_DE": f"2024{month:02d}", "DT": "1"} for month in range(1, 13)]
    agencies = small(tmp_path, "kosis", rows, required=("orgId",))

    found = document_of(asked(agencies, orgId="101", startPrdDe="202403", endPrdDe="202405"))
    year = document_of(asked(agencies, orgId="101", startPrdDe="2024", endPrdDe="2024"))

    assert [row["PRD_DE"] for row in found] == ["202403", "202404", "202405"]
    assert len(year) == 12
    assert document_of(asked(agencies, orgId="101", startPrdDe="2025"))["err"] == "30"
    assert document_of(asked(agencies))["err"] == "20"
    assert document_of(asked(agencies, apiKey="other"))["err"] == "11"


def test_missing_parameters_are_code_11(tmp_path: Path) -> None:
    agencies = small(tmp_path, "S6", [{"a": "1"}], required=("guGun",))

    assert b"<returnReasonCode>11<" in asked(agencies).body
    assert document_of(asked(agencies, guGun="1201"))["totalCount"] == 1


def test_hidden_columns_select_and_stay_hidden(tmp_path: Path) -> None:
    rows = [{"a": "1", "_g": "1201"}, {"a": "2", "_g": "1202"}]
    agencies = small(tmp_path, "S6", rows, filters={"guGun": "_g"}, hidden=("_g",))

    assert document_of(asked(agencies, guGun="1202"))["items"] == {"item": [{"a": "2"}]}


def test_neis_answers_xml_unless_json_is_asked_for(agencies: Agencies) -> None:
    answer = agencies.answer(Request("/hub/schoolInfo", {"KEY": KEY, "pSize": "3"}))

    root = ElementTree.fromstring(answer.body)  # noqa: S314  our own answer
    assert root.findtext("head/list_total_count") == "617"
    assert len(root.findall("row")) == 3


@pytest.mark.parametrize("path", ["/api/15036510/v1/uddi:none", "/api/1/v1/uddi:none"])
def test_odcloud_does_not_know_every_table(agencies: Agencies, path: str) -> None:
    answer = agencies.answer(Request(path, {"serviceKey": KEY}))

    assert (answer.status, document_of(answer)["code"]) == (404, -4)
