"""Every fault of interfaces at every kind of interface, at a district where districts send."""

from __future__ import annotations

import httpx
import pytest
from fault_cells import (
    LOADED,
    NOTHING,
    Expected,
    NotApplicable,
    Table,
    backs_off,
    cells,
    check,
    check_cell,
    evolved,
    failed,
    later,
    midnight,
    partial,
    quarantined,
    refused,
    retried,
    without_a_place,
)
from fault_ground import Ground, Round
from fault_senders import APIS, ODCLOUD_DESCRIPTION, TAAS_DISTRICT, Sender

from busan_safety.connectors import http

_ONE_ANSWER = NotApplicable("KOSIS sends everything in one answer, without a total")
_NO_SERVICE = failed("the service may have changed its form")
_LEAK = "undeclared_personal_data"

FAULTS: Table = {
    "down": {"*": later("HTTP 503")},
    "down:1": {"*": retried()},
    "status:403": {"*": failed("HTTP 403", "wrong-key")},
    "status:404": {"*": failed("HTTP 404")},
    "status:429": {"*": backs_off("fewer requests")},
    "closed:1": {"*": retried()},
    "cut:1": {"*": retried()},
    "slow:9": {"*": later("cannot be reached (ReadTimeout)")},
    # A snapshot without rows is not believed; a period without rows has none yet.
    "empty": {"*": refused("empty", "no rows"), "taas kosis": NOTHING},
    "malformed": {"*": later("neither JSON nor XML")},
    "text": {"*": later("neither JSON nor XML")},
    "html": {"*": later("web page")},
    "html:1": {"*": retried()},
    "entities": {"*": failed("entities or a document type")},
    "echo": {"*": failed("INVALID_REQUEST_PARAMETER_ERROR"), "neis kosis": _NO_SERVICE},
    "quota:1": {
        "*": midnight("daily limit", asked=2),
        "odcloud": midnight("daily limit", asked=1),
        "kosis": LOADED,
    },
    "rate:1": {"*": retried(), "kosis": LOADED},
    "total": {"*": later("announced", asked=None), "kosis": _ONE_ANSWER},
    "repeat": {"*": failed("same rows as page 1", asked=2), "kosis": _ONE_ANSWER},
    "rename:{required}={renamed}": {"*": refused("wrong_columns", "{renamed}", "column")},
    "column:NEW_COLUMN=1": {
        "*": evolved(),
        "datagokr": refused("unknown_columns", "NEW_COLUMN", "column"),
    },
    "value:{number}=많음": {"*": quarantined("wrong_type"), "taas": quarantined("wrong_type", 16)},
    "value:{place}=새로운 곳": {
        "*": quarantined("unmapped_code", drift="code"),
        "taas": quarantined("unmapped_code", 16, drift="code"),
        # The name of the institution says it, too.
        "datagokr_district": LOADED,
        "kosis": refused("unmapped_code", "새로운 곳", "code"),
    },
    "lossy": {"*": refused("replacement_characters", "U+FFFD")},
    "leak:resident_number={text}": {
        "*": refused(_LEAK, "a resident number"),
        # The spelling of a place that nobody knows is shown, but not when it looks like this.
        "kosis": refused("unmapped_code", "it looks like personal data", "code"),
    },
    # The detectors are tried one by one elsewhere; here each reaches the message once.
    "leak:phone={text}": {"datagokr": refused(_LEAK, "a telephone number")},
    "leak:vehicle_plate={text}": {"standard_data": refused(_LEAK, "a vehicle plate")},
    "leak:driver_licence={text}": {"neis": refused(_LEAK, "a driver's licence")},
}
# One of the sixteen questions of a delivery fails: nothing of a half-answered delivery is loaded.
ONE_DISTRICT: Table = {
    "down": {"*": later("HTTP 503")},
    "closed:1": {"*": retried()},
    "status:403": {"*": failed("HTTP 403", "wrong-key")},
    "empty": {"*": partial("lacks 남구")},
    "quota:1": {"*": midnight("daily limit", asked=2)},
    "rename:{required}={renamed}": {"*": without_a_place("missing_value", 13, "lacks 남구")},
    "column:NEW_COLUMN=1": {"*": evolved()},
    "value:{place}=새로운 곳": {"*": quarantined("unmapped_code", drift="code")},
    "leak:resident_number={text}": {"*": refused(_LEAK, "a resident number")},
}
# The description comes first: without it nobody knows which files there are.
DESCRIPTION: Table = {
    "down": {"*": later("HTTP 503")},
    "html:1": {"*": retried()},
    "malformed": {"*": later("neither JSON nor XML")},
    "status:404": {"*": failed("HTTP 404")},
    "empty": {"*": failed("lists no dated file")},
}
CELLS = [
    *cells(FAULTS, APIS),
    *cells(ONE_DISTRICT, [TAAS_DISTRICT]),
    *cells(DESCRIPTION, [ODCLOUD_DESCRIPTION]),
]


@pytest.fixture(autouse=True)
def impatient(ground: Ground, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    """A sender may be slow for a moment only."""
    if "slow" in request.node.name:
        monkeypatch.setattr(http, "_TIMEOUT", httpx.Timeout(0.3))


@pytest.mark.parametrize("sender", APIS, ids=str)
def test_a_sender_without_a_fault_is_loaded_whole(
    ground: Ground, good: dict[str, Round], sender: Sender
) -> None:
    done = ground.good_round(sender, good)

    check(ground, done, LOADED, done)
    assert done.batches[0]["rows_loaded"] > 9 and done.slept == 0


@pytest.mark.parametrize(("sender", "fault", "expected"), CELLS)
def test_a_fault_comes_to_what_was_decided(
    ground: Ground, good: dict[str, Round], sender: Sender, fault: str, expected: Expected
) -> None:
    check_cell(ground, good, sender, fault, expected)
