"""Every fault of folders that are reached over HTTP and SFTP: listing them, fetching from them."""

from __future__ import annotations

import httpx
import pytest
from fault_cells import (
    LOADED,
    NOTHING,
    Expected,
    Table,
    cells,
    check_cell,
    failed,
    later,
    refused,
    retried,
)
from fault_ground import Ground, Round
from fault_senders import FOLDERS, SFTP_SERVER, Sender

from busan_safety.connectors import http, sftp

_UNREACHABLE = "cannot be reached"
# SFTP says before how long a file is.
_OTHER_SIZE = later("the file changed or was cut off", asked=3)

# Without @2 the listing fails, with it the file.
FAULTS: Table = {
    "down": {"http_folder": later("HTTP 503"), "sftp": later(_UNREACHABLE, asked=2)},
    "down:1": {"*": retried()},
    "down:1@2": {"*": retried()},
    "status:404": {"http_folder": failed("HTTP 404"), "sftp": later(_UNREACHABLE, asked=2)},
    "closed": {"http_folder": later(_UNREACHABLE), "sftp": later(_UNREACHABLE, asked=2)},
    "closed:1@2": {"*": retried()},
    "cut@2": {"http_folder": later(_UNREACHABLE, asked=4), "sftp": _OTHER_SIZE},
    "cut:1@2": {"*": retried()},
    "slow:9": {
        "http_folder": later("cannot be reached (ReadTimeout)"),
        "sftp": later("cannot be reached (timeout)", asked=2),
    },
    "empty": {"*": NOTHING},
    "empty@2": {"http_folder": refused("empty", "empty"), "sftp": _OTHER_SIZE},
    "malformed": {"http_folder": later("ends in the middle", asked=1)},
    "malformed@2": {"http_folder": refused("broken_archive", "readable"), "sftp": _OTHER_SIZE},
    "text": {"http_folder": failed("did not answer with an index page")},
    "text@2": {"http_folder": refused("wrong_columns", "none of the columns"), "sftp": _OTHER_SIZE},
    "html": {"http_folder": later("a page without links", asked=1)},
    "html@2": {"http_folder": refused("wrong_columns", "none of the columns"), "sftp": _OTHER_SIZE},
    "refused": {
        "http_folder": failed("HTTP 401", "wrong-key"),
        "sftp": failed("does not let this login read", "wrong-key"),
    },
    # An index gives no size to hold a file against; what was read of it is whole all the same.
    "changing@2": {"http_folder": LOADED, "sftp": _OTHER_SIZE},
    "traversal": {"*": failed("a path")},
}
SERVER: Table = {
    "down": {"*": later(_UNREACHABLE, asked=2)},
    "closed": {"*": later(_UNREACHABLE, asked=2)},
    "closed:1": {"*": retried()},
    "slow:9": {"*": later(_UNREACHABLE, asked=2)},
    "refused": {"*": failed("does not take the login", "wrong-key")},
}
CELLS = [*cells(FAULTS, FOLDERS), *cells(SERVER, [SFTP_SERVER])]


@pytest.fixture(autouse=True)
def impatient(ground: Ground, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    """A sender may be slow for a moment only."""
    if "slow" in request.node.name:
        monkeypatch.setattr(http, "_TIMEOUT", httpx.Timeout(0.3))
        monkeypatch.setattr(sftp, "_TIMEOUT_SECONDS", 0.5)


@pytest.mark.parametrize(("sender", "fault", "expected"), CELLS)
def test_a_fault_comes_to_what_was_decided(
    ground: Ground, good: dict[str, Round], sender: Sender, fault: str, expected: Expected
) -> None:
    check_cell(ground, good, sender, fault, expected)
