"""Faults: how they are written, whom they meet, and what a client then sees."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest

from busan_safety.privacy import kinds_in
from busan_sandbox.endpoints import CCTV, LIVING_LAB, SCHOOLS, STATIONS, Endpoint
from busan_sandbox.faults import FOLDER_KINDS, IDENTIFIERS, NO_FAULT, Fault, FaultError, Faults
from busan_sandbox.messages import Request
from busan_sandbox.refusals import GATEWAY_CODES, NEIS_CODES, refusal
from busan_sandbox.server import SandboxServer
from busan_sandbox.spoiling import spoiled_rows

from .conftest import KEY

NAM, JUNG = "3310000", "3250000"
KOSIS = Endpoint("kosis", "openapi/Param/x.do", "t", "kosis")
# 03:00 UTC.
NOON_KST = 1_700_000_000 // 86400 * 86400 + 3 * 3600


class Clock:
    def __init__(self, now: float = NOON_KST) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def ask(client: httpx.Client, endpoint: Endpoint, **query: str) -> httpx.Response:
    asked = {"serviceKey": KEY, "numOfRows": "5", **query}
    if endpoint.json_switch:
        asked |= dict([endpoint.json_switch])
    if endpoint is SCHOOLS:
        asked = {"KEY": KEY, "Type": "json", **query}
    return client.get(endpoint.request_path, params=asked)


def set_faults(client: httpx.Client, **faults: str) -> None:
    client.post("/_control/faults", json=faults).raise_for_status()


def documents(response: httpx.Response) -> Any:
    return json.loads(response.text, strict=False)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("down", Fault("down")),
        ("down:2", Fault("down", "", 2)),
        ("error22", Fault("error", "22")),
        ("error30:3", Fault("error", "30", 3)),
        ("error:30", Fault("error", "30")),
        ("error:22:E2", Fault("error", "22:E2")),
        ("error:22:E2:4", Fault("error", "22:E2", 4)),
        ("error:337", Fault("error", "337")),
        ("error:ERROR-337:1", Fault("error", "ERROR-337", 1)),
        ("status:503:2@3", Fault("status", "503", 2, 3)),
        ("slow:0.5:2", Fault("slow", "0.5", 2)),
        ("slow:2", Fault("slow", "", 2)),
        ("total:+7:1", Fault("total", "+7", 1)),
        ("quota:100", Fault("quota", "100")),
        ("rename:위도=Y 좌표", Fault("rename", "위도=Y 좌표")),
        ("value:institutionNm=부산 남구청:2", Fault("value", "institutionNm=부산 남구청", 2)),
        ("leak:phone", Fault("leak", "phone")),
        ("leak:phone=rdnmadr:1", Fault("leak", "phone=rdnmadr", 1)),
    ],
)
def test_faults_are_read_as_they_are_written(written: str, fault: Fault) -> None:
    assert Fault.parse(written) == fault
    assert Fault.parse(str(fault)) == fault


@pytest.mark.parametrize(
    "written",
    ["tired", "error", "error:77", "error:22:E9", "status", "status:99", "quota", "rate:0",
     "rename:only", "leak:name", "down:0", "down:x", "empty:1@0", "slow:fast", "total:-3", ""],
)  # fmt: skip
def test_what_is_no_fault_is_refused(written: str) -> None:
    with pytest.raises(FaultError):
        Fault.parse(written)


@pytest.mark.parametrize(
    ("sender", "fault"),
    [("city_files", "quota:3"), ("police_sftp", "error:22"), ("sftp", "html"), ("nobody", "down")],
)
def test_senders_play_what_they_can(sender: str, fault: str) -> None:
    with pytest.raises(FaultError):
        Faults({sender: fault})


def test_the_closest_name_of_a_sender_goes_first() -> None:
    path = "/openapi/x"
    names = (f"{NAM}{path}", path, NAM, "datagokr_standard", "*")
    all_faults = dict(zip(names, ("down", "empty", "slow", "closed", "text"), strict=True))

    for number, kind in enumerate(("down", "empty", "slow", "closed", "text")):
        faults = Faults({name: all_faults[name] for name in names[number:]})
        assert faults.take(names).kind == kind


def test_a_fault_begins_and_passes_when_it_says() -> None:
    faults = Faults({"neis": "status:500:2@3"})

    met = [bool(faults.take(("neis", "*"))) for _ in range(6)]

    assert met == [False, False, True, True, False, False]
    assert faults.as_dict() == {}


def test_folders_do_not_play_what_only_interfaces_can() -> None:
    faults = Faults({"*": "error:22"})

    assert faults.take(("city_files", "*"), FOLDER_KINDS) == NO_FAULT
    assert faults.take(("neis", "*")).kind == "error"


def test_a_daily_quota_counts_requests_until_midnight_in_korea() -> None:
    clock = Clock()
    faults = Faults({"datagokr": "quota:3"}, clock)

    met = [faults.take(("datagokr", "*")) for _ in range(5)]
    clock.now += 86_400
    tomorrow = faults.take(("datagokr", "*"))

    assert [str(fault) for fault in met] == ["", "", "", "error:22", "error:22"]
    assert tomorrow == NO_FAULT


def test_a_district_has_its_own_quota() -> None:
    faults = Faults({NAM: "quota:1"}, Clock())

    assert not faults.take((NAM, "datagokr_standard", "*"))
    assert faults.take((NAM, "datagokr_standard", "*"))
    assert not faults.take((JUNG, "datagokr_standard", "*"))


def test_a_rate_limit_answers_23_within_the_second_only() -> None:
    clock = Clock()
    faults = Faults({"neis": "rate:2"}, clock)

    met = [str(faults.take(("neis",))) for _ in range(3)]
    clock.now += 1.01
    later = faults.take(("neis",))

    assert met == ["", "", "error:23:E7"]
    assert later == NO_FAULT
    assert faults.requests() == {"neis": {"requests": 4, "most_in_a_second": 3}}


def test_requests_can_be_counted_over_http(client: httpx.Client) -> None:
    for _ in range(3):
        ask(client, CCTV, instt_code=NAM)

    counted = client.get("/_control/requests").json()
    client.post("/_control/requests")

    assert counted[NAM]["requests"] == counted["datagokr_standard"]["requests"] == 3
    assert client.get("/_control/requests").json() == {}


@pytest.mark.parametrize("code", GATEWAY_CODES)
def test_every_gateway_code_has_its_envelopes(code: str) -> None:
    name = GATEWAY_CODES[code]
    first, second, third, fourth, fifth, sixth, seventh = (
        refusal(LIVING_LAB, code, envelope)  # type: ignore[arg-type]
        for envelope in ("E1", "E2", "E3", "E4", "E5", "E6", "E7")
    )

    assert f"<returnReasonCode>{code}</returnReasonCode>" in first.body.decode()
    assert f"<returnAuthMsg>{name}</returnAuthMsg>" in first.body.decode()
    inner = json.loads(second.body)["OpenAPI_ServiceResponse"]["cmmMsgHeader"]
    assert (second.status, inner["returnReasonCode"], inner["errMsg"]) == (403, code, name)
    assert json.loads(third.body)["cmmMsgHeader"]["returnReasonCode"] == code
    assert json.loads(fourth.body) == {"returnReasonCode": code, "errMsg": name}
    assert json.loads(fifth.body)["getLivingLab"]["header"]["code"] == code
    assert json.loads(sixth.body)["resultCode"] == code
    assert (seventh.status, seventh.headers["Retry-After"]) == (429, "1")
    assert refusal(LIVING_LAB, code, "E8").body == first.body


@pytest.mark.parametrize("code", NEIS_CODES)
def test_neis_says_each_of_its_codes(code: str) -> None:
    short = code if code == "INFO-300" else code[-3:]

    for written in (code, short):
        assert json.loads(refusal(SCHOOLS, written).body)["RESULT"]["CODE"] == code


@pytest.mark.parametrize(
    ("endpoint", "code", "said"),
    [
        (SCHOOLS, "22", "ERROR-337"),
        (SCHOOLS, "30", "ERROR-290"),
        (SCHOOLS, "99", "ERROR-500"),
        (STATIONS, "30", "-401"),
        (STATIONS, "12", "-4"),
        (STATIONS, "22", "<returnReasonCode>22<"),
        (KOSIS, "30", '"err":"11"'),
        (KOSIS, "22", '"err":"40"'),
        (KOSIS, "01", '"err":"50"'),
    ],
)
def test_senders_translate_codes_into_their_own(endpoint: Endpoint, code: str, said: str) -> None:
    assert said in refusal(endpoint, code).body.decode()


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_bare_statuses(client: httpx.Client, status: int) -> None:
    set_faults(client, datagokr=f"status:{status}")

    assert ask(client, LIVING_LAB).status_code == status


def test_wrong_formats_come_with_status_200(client: httpx.Client) -> None:
    said = {}
    for kind in ("text", "html", "entities"):
        set_faults(client, neis=kind)
        response = ask(client, SCHOOLS)
        assert response.status_code == 200
        said[kind] = response.text

    assert said["text"] == "Unexpected errors"
    assert "<html>" in said["html"]
    assert "<!ENTITY" in said["entities"] and "file:///etc/passwd" in said["entities"]


def test_a_careless_gateway_repeats_the_key(client: httpx.Client) -> None:
    set_faults(client, datagokr="echo")

    assert KEY in ask(client, LIVING_LAB).text


def test_an_answer_that_is_cut_ends_before_its_length(client: httpx.Client) -> None:
    set_faults(client, datagokr="cut")

    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        ask(client, LIVING_LAB)


def test_a_total_may_be_wrong_and_pages_may_repeat(client: httpx.Client) -> None:
    set_faults(client, datagokr="total:+3")
    more = documents(ask(client, LIVING_LAB, numOfRows="100"))["getLivingLab"]
    set_faults(client, datagokr="repeat")
    pages = [documents(ask(client, LIVING_LAB, pageNo=page))["getLivingLab"] for page in ("1", "2")]

    assert (more["totalCount"], len(more["item"])) == (17, 14)
    assert pages[0]["item"] == pages[1]["item"]
    assert pages[1]["pageNo"] == 2


def test_columns_drift(client: httpx.Client) -> None:
    set_faults(client, datagokr="rename:PRJ_NM=PROJECT_NAME")
    renamed = documents(ask(client, LIVING_LAB))["getLivingLab"]["item"]
    set_faults(client, datagokr="column:NEW_COL=1")
    extended = documents(ask(client, LIVING_LAB))["getLivingLab"]["item"]
    set_faults(client, datagokr="value:GUGUN_NM=부산 새구")
    coded = documents(ask(client, LIVING_LAB))["getLivingLab"]["item"]

    assert all("PROJECT_NAME" in row and "PRJ_NM" not in row for row in renamed)
    assert {row["NEW_COL"] for row in extended} == {"1"}
    assert [row["GUGUN_NM"] == "부산 새구" for row in coded] == [True] + [False] * 4


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_a_leaked_identifier_is_one_that_the_detectors_know(identifier: str) -> None:
    rows = [{"code": "1", "place": "서면로 12"}, {"code": "2", "place": "수영로 3"}]

    leaked = spoiled_rows(Fault.parse(f"leak:{identifier}"), rows)
    named = spoiled_rows(Fault.parse(f"leak:{identifier}=code"), rows)

    assert kinds_in(leaked[0]["place"]) == kinds_in(named[0]["code"]) == {identifier}
    assert leaked[1] == rows[1] == named[1]
    assert rows[0]["place"] == "서면로 12"


def test_lost_letters_leave_numbers_alone() -> None:
    rows = [{"name": "남구 CCTV 3", "count": 3}]

    assert spoiled_rows(Fault("lossy"), rows) == [{"name": "\ufffd\ufffd CCTV 3", "count": 3}]


def test_a_single_district_of_a_single_feed_can_fail(client: httpx.Client) -> None:
    client.post("/_control/faults", json={f"{NAM}{CCTV.request_path}": "status:500"})

    assert ask(client, CCTV, instt_code=NAM).status_code == 500
    assert ask(client, CCTV, instt_code=JUNG).status_code == 200


def test_a_whole_agency_can_fail_and_the_others_answer(client: httpx.Client) -> None:
    set_faults(client, city="down")

    assert ask(client, LIVING_LAB).status_code == 503
    assert client.get("/files/city/budget/").status_code == 503
    assert ask(client, SCHOOLS).status_code == 200
    assert client.get("/files/education/school_violence/").status_code == 200


def test_taas_districts_are_met_by_their_seven_digit_code(server: SandboxServer) -> None:
    endpoint = Endpoint("taas", "B552061/lgStat/getRestLgStat", "t", "S6", agency="police")
    server.agencies._given = (endpoint,)

    names = server.agencies.senders(Request(endpoint.request_path, {"guGun": "1207"}))

    assert names[2:] == (NAM, "taas", "police", "*")


def test_slow_senders_can_say_how_slow(client: httpx.Client) -> None:
    set_faults(client, neis="slow:0.05")

    start = time.monotonic()
    ask(client, SCHOOLS)

    assert 0.05 <= time.monotonic() - start < 0.3


def test_faults_are_shown_as_they_were_given() -> None:
    given = json.loads('{"3310000": "error:23:E7:2", "city_files": "refused", "sftp": "closed"}')

    assert Faults(given).as_dict() == given
