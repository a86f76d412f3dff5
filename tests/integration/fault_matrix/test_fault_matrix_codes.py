"""Every code that a sender answers, and every envelope in which the gateway puts one."""

from __future__ import annotations

import pytest
from fault_cells import (
    NOTHING,
    Expected,
    NotApplicable,
    Table,
    backs_off,
    cells,
    check_cell,
    failed,
    later,
    midnight,
    refused,
)
from fault_ground import Ground, Round
from fault_senders import APIS, BY_NAME, Sender

from busan_sandbox.refusals import ENVELOPES, GATEWAY_CODES, KOSIS_CODES, NEIS_CODES

_GATEWAY = "datagokr standard_data taas"
_EMPTY = refused("empty", "no rows")
_AGAIN = "it is tried again"


def _key(says: str, code: str = "") -> Expected:
    return failed(f"{code} {says}".strip(), "wrong-key")


# DOMAIN.md A1: what clients of the gateway do at each code.
GATEWAY: Table = {
    "error:01": {_GATEWAY: later("01 APPLICATION_ERROR")},
    "error:02": {_GATEWAY: later("02 DB_ERROR")},
    "error:03": {"datagokr standard_data": _EMPTY, "taas": NOTHING},
    "error:04": {_GATEWAY: later("04 HTTP_ERROR")},
    "error:05": {_GATEWAY: later("05 SERVICETIMEOUT_ERROR")},
    "error:10": {_GATEWAY: failed("correct `params`")},
    "error:11": {_GATEWAY: failed("add the missing parameter")},
    "error:12": {_GATEWAY: failed("the service was removed")},
    "error:20": {_GATEWAY: _key("SERVICE_ACCESS_DENIED_ERROR", "20")},
    "error:21": {_GATEWAY: _key("TEMPORARILY_DISABLE_THE_SERVICEKEY_ERROR", "21")},
    "error:22": {_GATEWAY: midnight("the daily limit is used up")},
    "error:23": {_GATEWAY: backs_off("fewer requests", asked=3)},
    "error:29": {_GATEWAY: _key("BLACKLIST_IP_ACCESS_ERROR", "29")},
    "error:30": {_GATEWAY: _key("SERVICE_KEY_IS_NOT_REGISTERED_ERROR", "30")},
    "error:31": {_GATEWAY: _key("DEADLINE_HAS_EXPIRED_ERROR", "31")},
    "error:32": {_GATEWAY: _key("UNREGISTERED_IP_ERROR", "32")},
    "error:33": {_GATEWAY: _key("UNSIGNED_CALL_ERROR", "33")},
    "error:99": {_GATEWAY: later("99 UNKNOWN_ERROR", asked=2)},
}
# The code decides, whatever it is wrapped in; E7 comes with HTTP 429, E2 with 403.
ENVELOPED: Table = {
    f"error:{code}:{envelope}": {"datagokr": expected}
    for envelope in ENVELOPES
    for code, expected in {
        "22": midnight("the daily limit is used up"),
        "30": _key("SERVICE_KEY_IS_NOT_REGISTERED_ERROR", "30"),
    }.items()
}
# DOMAIN.md A4.
NEIS: Table = {
    "error:INFO-100": {"neis": failed("INFO-100")},
    "error:INFO-200": {"neis": _EMPTY},
    "error:INFO-300": {"neis": _key("the key is restricted")},
    "error:ERROR-290": {"neis": _key("check the key")},
    "error:ERROR-300": {"neis": failed("add the missing parameter")},
    "error:ERROR-310": {"neis": failed("the service was removed")},
    "error:ERROR-333": {"neis": failed("correct `params`")},
    "error:ERROR-336": {"neis": failed("lower `page_size`")},
    "error:ERROR-337": {"neis": midnight("the daily limit is used up")},
    "error:ERROR-500": {"neis": later("ERROR-500")},
    "error:ERROR-600": {"neis": later("ERROR-600")},
    "error:ERROR-601": {"neis": later("ERROR-601")},
}
# The sandbox words the gateway's codes as odcloud does: -401 for a key, -4 for a service.
ODCLOUD: Table = {
    "error:30": {"odcloud": _key("-401")},
    "error:12": {"odcloud": _key("-4")},
    "error:22": {"odcloud": midnight("the daily limit is used up")},
    "error:23": {"odcloud": backs_off("fewer requests", asked=3)},
    "error:01": {"odcloud": later("01 APPLICATION_ERROR")},
}
# By the gateway's code that the sandbox translates.
KOSIS_BY_CODE = {
    "10": "33", "11": "30", "20": "11", "21": "10", "30": "03", "40": "22", "42": "20", "50": "01",
}  # fmt: skip
KOSIS: Table = {
    f"error:{KOSIS_BY_CODE[code]}": {"kosis": expected}
    for code, expected in {
        "10": _key("10: set the key"),
        "11": _key("11: the key has expired"),
        "20": failed("add the missing parameter"),
        "21": failed("correct `params`"),
        "30": NOTHING,
        "40": backs_off("fewer requests", asked=3),
        "42": _key("42: the key is restricted"),
        "50": later("50"),
    }.items()
}
# More rows than KOSIS sends at once: nothing that a played sender can be told to answer.
KOSIS_UNPLAYED = {"31": NotApplicable("the sandbox has far fewer rows than 40,000")}
TABLES = (GATEWAY, ENVELOPED, NEIS, ODCLOUD, KOSIS)


@pytest.mark.parametrize(
    ("sender", "fault", "expected"), [one for table in TABLES for one in cells(table, APIS)]
)
def test_a_code_comes_to_what_was_decided(
    ground: Ground, good: dict[str, Round], sender: Sender, fault: str, expected: Expected
) -> None:
    check_cell(ground, good, sender, fault, expected)


@pytest.mark.parametrize("name", ["datagokr_district", "standard_data"])
def test_a_used_up_limit_holds_for_every_district_and_none_is_asked(
    ground: Ground, name: str
) -> None:
    sender = BY_NAME[name].beside_other_services()
    ground.clear(sender)

    done = ground.round(sender, {sender.at: "error:22:1"})
    asked = ground.asked(sender)
    others = [ground.pull(sender.source, scope) for scope in ("26110", "26290")]

    assert done.outcome.outcome == "waits"
    assert [one.retry_at for one in others] == [done.outcome.retry_at] * 2
    assert ground.asked(sender) == asked


def test_every_code_of_every_sender_is_decided() -> None:
    def written(table: Table) -> set[str]:
        return {fault.split(":")[1] for fault in table}

    assert written(GATEWAY) == set(GATEWAY_CODES)
    assert written(NEIS) == set(NEIS_CODES)
    assert set(KOSIS_BY_CODE) | set(KOSIS_UNPLAYED) == set(KOSIS_CODES)
    assert {fault.split(":")[2] for fault in ENVELOPED} == set(ENVELOPES)
