"""Every fault of interfaces at every kind of interface, at a district where districts send."""

from __future__ import annotations

import httpx
import pytest
from fault_cells import (
    LOADED,
    Expected,
    NotApplicable,
    Table,
    backs_off,
    cells,
    check,
    evolved,
    failed,
    later,
    midnight,
    quarantined,
    refused,
    retried,
)
from fault_ground import Ground, Round
from fault_senders import APIS, Sender

from busan_safety.connectors import http

_ONE_ANSWER = NotApplicable("KOSIS sends everything in one answer without a total")

FAULTS: Table = {
    "down": {"*": later("HTTP 503")},
    "down:1": {"*": retried()},
    "status:403": {"*": failed("HTTP 403", "wrong-key")},
    "status:404": {"*": failed("HTTP 404")},
    "status:429": {"*": backs_off("fewer requests")},
    "closed:1": {"*": retried()},
    "cut:1": {"*": retried()},
    "slow:9": {"*": later("cannot be reached (ReadTimeout)")},
    "empty": {"*": refused("empty", "no rows")},
    "malformed": {"*": later("neither JSON nor XML")},
    "text": {"*": later("neither JSON nor XML")},
    "html": {"*": later("web page")},
    "html:1": {"*": retried()},
    "entities": {"*": failed("entities or a document type")},
    "echo": {"*": failed("INVALID_REQUEST_PARAMETER_ERROR")},
    "quota:1": {"*": midnight("daily limit", asked=2), "kosis": LOADED},
    "rate:1": {"*": retried(), "kosis": LOADED},
    "total": {"*": later("announced", asked=None), "kosis": _ONE_ANSWER},
    "repeat": {"*": failed("same rows as page 1", asked=2), "kosis": _ONE_ANSWER},
    "rename:{required}={renamed}": {"*": refused("wrong_columns", "{renamed}", "column")},
    "column:NEW_COLUMN=1": {
        "*": evolved(),
        "datagokr": refused("unknown_columns", "NEW_COLUMN", "column"),
    },
    "value:{number}=많음": {"*": quarantined("wrong_type")},
    "value:{place}=새로운 곳": {"*": quarantined("unknown_code", drift="code")},
    "lossy": {"*": refused("replacement_characters", "U+FFFD")},
    "leak:resident_number={text}": {
        "*": refused("undeclared_personal_data", "a resident number")
    },
    # The detectors are tried one by one elsewhere; here each reaches the message once.
    "leak:phone={text}": {"datagokr": refused("undeclared_personal_data", "a telephone number")},
    "leak:vehicle_plate={text}": {
        "standard_data": refused("undeclared_personal_data", "a vehicle plate")
    },
    "leak:driver_licence={text}": {
        "neis": refused("undeclared_personal_data", "a driver's licence")
    },
}


@pytest.fixture(scope="module")
def good() -> dict[str, Round]:
    """Rounds without a fault, by sender."""
    return {}


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


@pytest.mark.parametrize(("sender", "fault", "expected"), cells(FAULTS, APIS))
def test_a_fault_comes_to_what_was_decided(
    ground: Ground, good: dict[str, Round], sender: Sender, fault: str, expected: Expected
) -> None:
    normal = ground.good_round(sender, good)
    ground.clear(sender)

    done = ground.round(sender, {sender.at: fault})

    check(ground, done, expected, normal)
