"""The interfaces over loopback HTTP: envelopes, paging caps, keys, faults."""

from __future__ import annotations

import json
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import httpx
import pytest

from busan_sandbox.api import SWAGGER_PATH, Agencies
from busan_sandbox.endpoints import CCTV, LIVING_LAB, SCHOOLS, STATIONS
from busan_sandbox.faults import FaultError, Faults
from busan_sandbox.files import json_bytes
from busan_sandbox.messages import Request

from .conftest import KEY, City

CCTV_PATH, LIVING_LAB_PATH = CCTV.request_path, LIVING_LAB.request_path
SCHOOL_PATH, STATION_PATH = SCHOOLS.request_path, STATIONS.request_path
NAM = "3310000"
FIELD_COUNT = 15


def cctv(client: httpx.Client, **params: object) -> httpx.Response:
    query = {"serviceKey": KEY, "pageNo": 1, "numOfRows": 100, "type": "json"} | params
    return client.get(CCTV_PATH, params={name: str(value) for name, value in query.items()})


def living_lab(client: httpx.Client, **params: object) -> httpx.Response:
    query = {"serviceKey": KEY, "pageNo": 1, "numOfRows": 100, "resultType": "json"} | params
    return client.get(LIVING_LAB_PATH, params={name: str(value) for name, value in query.items()})


def schools(client: httpx.Client, **params: object) -> httpx.Response:
    query = {"KEY": KEY, "Type": "json", "pIndex": 1, "pSize": 1000} | params
    return client.get(SCHOOL_PATH, params={name: str(value) for name, value in query.items()})


def living_lab_document(client: httpx.Client, **params: object) -> dict[str, Any]:
    """Read the answer as clients must: there are line breaks inside its texts."""
    document: dict[str, Any] = json.loads(living_lab(client, **params).text, strict=False)
    return document["getLivingLab"]  # type: ignore[no-any-return]


def gateway_code(response: httpx.Response) -> str | None:
    root = ElementTree.fromstring(response.text)  # noqa: S314  our own answer
    assert root.tag == "OpenAPI_ServiceResponse"
    return root.findtext("cmmMsgHeader/returnReasonCode")


def station_path(client: httpx.Client, year: int) -> str:
    paths = client.get(SWAGGER_PATH, params={"namespace": "15036510/v1"}).json()["paths"]
    summaries = {value["get"]["summary"]: path for path, value in paths.items()}
    return f"/api{summaries[f'경찰청 부산광역시경찰청_경찰서별 5대 범죄 발생 현황_{year}1231']}"


def test_health_says_that_all_is_synthetic(client: httpx.Client) -> None:
    response = client.get("/healthz")

    assert response.json() == {"status": "ok", "synthetic": True}
    assert response.headers["X-Synthetic"] == "true"


def test_unknown_path_is_not_found_and_still_marked(client: httpx.Client) -> None:
    response = client.get("/6260000/FoodService/getFoodKr")

    assert response.status_code == 404
    assert response.headers["X-Synthetic"] == "true"


def test_living_lab_answers_in_the_envelope_of_busan(client: httpx.Client, city: City) -> None:
    inner = living_lab_document(client, pageNo=2, numOfRows=5)

    assert inner["header"] == {"code": "00", "message": "NORMAL_CODE"}
    assert (inner["numOfRows"], inner["pageNo"], inner["totalCount"]) == (5, 2, 14)
    assert inner["item"] == city.api("living_lab")[5:10]


def test_gateway_answers_xml_unless_json_is_asked_for(client: httpx.Client) -> None:
    response = client.get(LIVING_LAB_PATH, params={"serviceKey": KEY, "type": "json"})

    root = ElementTree.fromstring(response.text)  # noqa: S314  our own answer
    assert root.findtext("header/resultCode") == "00"
    assert len(root.findall("body/items/item")) == 10
    assert root.findtext("body/totalCount") == "14"


def test_cctv_pages_are_strings_in_a_list(client: httpx.Client) -> None:
    body = cctv(client, instt_code=NAM, numOfRows=10).json()["response"]

    assert body["header"] == {"resultCode": "00", "resultMsg": "NORMAL_SERVICE", "type": "json"}
    assert isinstance(body["body"]["items"], list)
    assert body["body"]["numOfRows"] == "10"
    assert len(body["body"]["items"]) == 10
    first = body["body"]["items"][0]
    assert len(first) == FIELD_COUNT
    assert all(isinstance(value, str) for value in first.values())
    assert first["insttCode"] == NAM


def test_pages_add_up_to_the_total(client: httpx.Client) -> None:
    total = int(cctv(client, instt_code=NAM).json()["response"]["body"]["totalCount"])

    seen = [
        row
        for page in range(1, total // 10 + 2)
        for row in cctv(client, instt_code=NAM, numOfRows=10, pageNo=page)
        .json()["response"]
        .get("body", {"items": []})["items"]
    ]

    assert len(seen) == total


def test_rows_a_page_are_capped_silently(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    rows = [{"insttCode": NAM, "cameraCo": str(i)} for i in range(1500)]
    (tmp_path / "api" / f"cctv_{NAM}.json").write_bytes(json_bytes(rows))
    (tmp_path / "api" / "living_lab.json").write_bytes(json_bytes(rows))
    agencies = Agencies(tmp_path, KEY)

    query = {"serviceKey": KEY, "instt_code": NAM, "type": "json", "numOfRows": "5000"}
    body = json.loads(agencies.answer(Request(CCTV_PATH, query)).body)["response"]["body"]
    assert len(body["items"]) == 1000
    assert (body["numOfRows"], body["totalCount"]) == ("5000", "1500")
    query = {"serviceKey": KEY, "resultType": "json", "numOfRows": "5000"}
    body = json.loads(agencies.answer(Request(LIVING_LAB_PATH, query)).body)
    assert len(body["getLivingLab"]["item"]) == 100


@pytest.mark.parametrize("instt_code", ["3270000", "3320000", "3340000", "3390000", "9999999"])
def test_districts_with_own_files_have_no_data_here(client: httpx.Client, instt_code: str) -> None:
    body = cctv(client, instt_code=instt_code).json()

    assert body == {
        "response": {"header": {"resultCode": "03", "resultMsg": "NODATA_ERROR", "type": "json"}}
    }


def test_without_a_publisher_all_twelve_answer(client: httpx.Client, city: City) -> None:
    total = int(cctv(client).json()["response"]["body"]["totalCount"])

    files = (city.generated.state_dir / "api").glob("cctv_*.json")
    assert total == sum(len(json.loads(path.read_text(encoding="utf-8"))) for path in files)


def test_a_path_in_the_publisher_reads_nothing(client: httpx.Client) -> None:
    assert cctv(client, instt_code="/../../truth").json()["response"]["header"]["resultCode"] == (
        "03"
    )


@pytest.mark.parametrize("wrong", ["", "other", KEY.replace("+", " ")])
def test_gateway_refuses_a_wrong_key_in_xml_with_status_200(
    client: httpx.Client, wrong: str
) -> None:
    for response in (cctv(client, serviceKey=wrong), living_lab(client, serviceKey=wrong)):
        assert response.status_code == 200
        assert "xml" in response.headers["Content-Type"]
        assert gateway_code(response) == "30"
        assert "SERVICE_KEY_IS_NOT_REGISTERED_ERROR" in response.text


def test_a_key_encoded_twice_is_refused(client: httpx.Client) -> None:
    once = "a-key%2Fwith%2Bsigns%3D%3D"
    right = client.get(f"{LIVING_LAB_PATH}?serviceKey={once}&resultType=json")
    twice = client.get(f"{LIVING_LAB_PATH}?serviceKey={once.replace('%', '%25')}&resultType=json")

    assert '"totalCount":14' in right.text
    assert gateway_code(twice) == "30"


def test_odcloud_lists_its_years_and_answers_each(client: httpx.Client, city: City) -> None:
    for year, table in zip((2023, 2024), city.api("stations"), strict=True):
        path = station_path(client, year)
        assert path.startswith(f"{STATION_PATH}/uddi:")
        body = client.get(path, params={"page": 1, "perPage": 10, "serviceKey": KEY}).json()
        total = len(table["data"])
        assert body["data"] == table["data"][:10]
        assert (body["page"], body["perPage"], body["currentCount"]) == (1, 10, 10)
        assert body["totalCount"] == body["matchCount"] == total


def test_odcloud_takes_the_key_in_a_header(client: httpx.Client) -> None:
    path = station_path(client, 2023)

    response = client.get(path, headers={"Authorization": f"Infuser {KEY}"})

    assert response.json()["totalCount"] == 15


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "인증키는 필수 항목 입니다."),
        ({"serviceKey": "other"}, "유효하지 않은 인증키 입니다."),
    ],
)
def test_odcloud_refuses_with_401(
    client: httpx.Client, params: dict[str, str], message: str
) -> None:
    response = client.get(station_path(client, 2023), params=params)

    assert response.status_code == 401
    assert response.json() == {"code": -401, "msg": message}


def test_neis_answers_head_and_row(client: httpx.Client, city: City) -> None:
    head, row = schools(client, ATPT_OFCDC_SC_CODE="C10").json()["schoolInfo"]

    assert head["head"][0] == {"list_total_count": 617}
    assert head["head"][1]["RESULT"]["CODE"] == "INFO-000"
    assert row["row"] == city.api("schools")


def test_neis_pages(client: httpx.Client, city: City) -> None:
    second = schools(client, pIndex=2, pSize=600).json()["schoolInfo"][1]["row"]

    assert second == city.api("schools")[600:]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"KEY": "other"}, "ERROR-290"),
        ({"pSize": 1001}, "ERROR-336"),
        ({"ATPT_OFCDC_SC_CODE": "T10"}, "INFO-200"),
        ({"pIndex": 3}, "INFO-200"),
    ],
)
def test_neis_says_no_in_another_shape(
    client: httpx.Client, params: dict[str, object], code: str
) -> None:
    response = schools(client, **params)

    assert response.status_code == 200
    assert response.json()["RESULT"]["CODE"] == code


def test_neis_without_a_key_gives_a_sample(client: httpx.Client) -> None:
    rows = client.get(SCHOOL_PATH, params={"Type": "json"}).json()["schoolInfo"][1]["row"]

    assert len(rows) == 5


def test_only_the_faulty_district_is_down(client: httpx.Client) -> None:
    client.post("/_control/faults", json={NAM: "down"})

    assert cctv(client, instt_code=NAM).status_code == 503
    assert cctv(client, instt_code="3250000").status_code == 200
    assert living_lab(client).status_code == 200


def test_a_closed_connection_gives_no_answer(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"datagokr": "closed"})

    with pytest.raises(httpx.RemoteProtocolError):
        living_lab(client)


@pytest.mark.parametrize("code", ["22", "30"])
def test_gateway_errors_on_request(client: httpx.Client, code: str) -> None:
    client.post("/_control/faults", json={NAM: f"error{code}", "datagokr": f"error{code}"})

    assert gateway_code(cctv(client, instt_code=NAM)) == code
    assert gateway_code(living_lab(client)) == code


def test_errors_of_other_senders_have_their_own_shape(client: httpx.Client) -> None:
    path = station_path(client, 2023)
    client.post("/_control/faults", json={"neis": "error22", "odcloud": "error30"})

    assert schools(client).json()["RESULT"]["CODE"] == "ERROR-337"
    refused = client.get(path, params={"serviceKey": KEY})
    assert (refused.status_code, refused.json()["code"]) == (401, -401)


def test_empty_senders_answer_legally(client: httpx.Client) -> None:
    path = station_path(client, 2023)
    client.post("/_control/faults", json={"*": "empty"})

    assert cctv(client, instt_code=NAM).json()["response"]["header"]["resultCode"] == "03"
    inner = living_lab_document(client)
    assert (inner["item"], inner["totalCount"]) == ([], 0)
    assert schools(client).json()["RESULT"]["CODE"] == "INFO-200"
    body = client.get(path, params={"serviceKey": KEY}).json()
    assert (body["data"], body["totalCount"]) == ([], 0)


def test_malformed_json_cannot_be_read(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"neis": "malformed"})

    response = schools(client)

    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_slow_senders_answer_late_but_well(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"datagokr": "slow"})

    start = time.monotonic()
    response = living_lab(client)

    assert time.monotonic() - start >= 0.3
    assert '"totalCount":14' in response.text


def test_a_counted_fault_passes(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"datagokr_standard": "down:2"})

    statuses = [cctv(client, instt_code=NAM).status_code for _ in range(3)]

    assert statuses == [503, 503, 200]
    assert client.get("/_control/faults").json() == {}


@pytest.mark.parametrize(
    "wrong",
    [{"neis": "tired"}, {"nobody": "down"}, {"neis": "down:0"}, ["down"]],
)
def test_unknown_faults_change_nothing(client: httpx.Client, wrong: object) -> None:
    client.post("/_control/faults", json={"neis": "down"})

    response = client.post("/_control/faults", json=wrong)

    assert response.status_code == 400
    assert client.get("/_control/faults").json() == {"neis": "down"}


def test_faults_refuse_what_they_do_not_know() -> None:
    with pytest.raises(FaultError, match="seven-digit district code"):
        Faults({"남구": "down"})


def test_health_is_not_faulty(client: httpx.Client) -> None:
    client.post("/_control/faults", json={"*": "down"})

    assert client.get("/healthz").status_code == 200


def test_a_new_city_is_served_without_a_restart(tmp_path: Path) -> None:
    table = tmp_path / "api" / "schools.json"
    table.parent.mkdir()
    agencies = Agencies(tmp_path, KEY)
    request = Request(SCHOOL_PATH, {"KEY": KEY})

    table.write_bytes(json_bytes([{"SCHUL_NM": "하나초등학교"}]))
    first = agencies.answer(request).body.decode()
    time.sleep(0.01)
    table.write_bytes(json_bytes([{"SCHUL_NM": "다른초등학교"}]))

    assert "하나초등학교" in first
    assert "다른초등학교" in agencies.answer(request).body.decode()
