"""A fault or a kind of sender without a decision fails here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import pytest
import test_fault_matrix_apis as apis
import test_fault_matrix_codes as codes
import test_fault_matrix_files as files
import test_fault_matrix_folders as folders
from fault_cells import NotApplicable, Table, decided
from fault_senders import APIS, FILES, FOLDERS, ODCLOUD_DESCRIPTION, SFTP_SERVER, TAAS_DISTRICT

from busan_safety.sources import all_sources
from busan_safety.sources.model import FOLDER_KINDS as FOLDER_TRANSPORTS
from busan_safety.sources.model import ApiKind, TransportKind
from busan_sandbox.faults import API_KINDS, FOLDER_KINDS
from busan_sandbox.filefaults import FILE_KINDS

_IN_FILES = NotApplicable("the faults of files play it, in every kind of folder")
_NO_KEY = NotApplicable("a folder is asked with a login that no address holds")
_NO_LIMIT = NotApplicable("folders have no limit of requests")
_NO_PAGES = NotApplicable("a folder has no pages and announces no number of rows")
AT_FOLDERS = {
    "entities": _IN_FILES,
    "rename": _IN_FILES,
    "column": _IN_FILES,
    "value": _IN_FILES,
    "lossy": _IN_FILES,
    "leak": _IN_FILES,
    "echo": _NO_KEY,
    "error": NotApplicable("a folder has no codes of its own"),
    "quota": _NO_LIMIT,
    "rate": _NO_LIMIT,
    "total": _NO_PAGES,
    "repeat": _NO_PAGES,
}
AT_INTERFACES = {
    "refused": NotApplicable("the codes of a key and status 401 and 403 play it"),
    "changing": NotApplicable("an answer is made when it is asked for"),
    "traversal": NotApplicable("an interface names no files"),
}
AT_A_FILE_DROP = NotApplicable("no server stands between a file drop and its files")
_NO_FILE = NotApplicable("an interface sends no file; its own faults play what may be alike")
FILES_AT_INTERFACES = dict.fromkeys(FILE_KINDS, _NO_FILE)
TABLES: dict[str, tuple[Table, Iterable[object]]] = {
    "apis": (apis.FAULTS, APIS),
    "one district": (apis.ONE_DISTRICT, [TAAS_DISTRICT]),
    "description": (apis.DESCRIPTION, [ODCLOUD_DESCRIPTION]),
    "codes": ({k: v for table in codes.TABLES for k, v in table.items()}, APIS),
    "folders": (folders.FAULTS, FOLDERS),
    "server": (folders.SERVER, [SFTP_SERVER]),
    "files": (files.FAULTS, FILES),
    "arrived": (files.ARRIVED, FILES),
}


def test_every_fault_of_interfaces_is_decided_for_every_interface() -> None:
    found = decided(apis.FAULTS, APIS) | {
        one for table in codes.TABLES for one in decided(table, APIS)
    }

    missing = {(fault, sender.name) for fault in API_KINDS for sender in APIS} - found

    # A district's own gateway service answers the codes that the gateway does.
    assert missing == {("error", "datagokr_district")}


def test_every_fault_of_folders_is_decided_for_every_folder() -> None:
    found = decided(folders.FAULTS, FOLDERS)

    assert {(fault, one.name) for fault in FOLDER_KINDS for one in FOLDERS} <= found


def test_every_fault_of_files_is_decided_for_every_way_to_send_a_file() -> None:
    found = decided(files.FAULTS, FILES) | decided(files.ARRIVED, FILES)

    assert found == {(fault, one.name) for fault in FILE_KINDS for one in FILES}


def test_what_cannot_be_somewhere_says_why() -> None:
    assert set(AT_FOLDERS) == set(API_KINDS) - set(FOLDER_KINDS)
    assert set(AT_INTERFACES) == set(FOLDER_KINDS) - set(API_KINDS)
    reasons = [*AT_FOLDERS.values(), *AT_INTERFACES.values(), *FILES_AT_INTERFACES.values()]
    assert all(len(one.why) > 20 for one in (*reasons, AT_A_FILE_DROP))


def test_every_kind_of_transport_has_a_sender() -> None:
    assert {one.kind for one in APIS} == set(get_args(ApiKind))
    assert {one.kind for one in FOLDERS} == set(FOLDER_TRANSPORTS) - {"file_drop"}
    assert {one.kind for one in FILES} == set(FOLDER_TRANSPORTS)


def test_every_kind_by_which_districts_send_has_a_district() -> None:
    districts = [one for one in all_sources().values() if one.transport.senders == "districts"]
    kinds: set[TransportKind] = {
        transport.kind
        for one in districts
        for transport in (one.transport, *one.transport.exceptions.values())
    }

    assert kinds and {one.kind for one in (*APIS, *FILES) if one.scope} == kinds


@pytest.mark.parametrize(("table", "senders"), TABLES.values(), ids=list(TABLES))
def test_a_decision_names_senders_that_there_are(table: Table, senders: Iterable[object]) -> None:
    known = {"*", *map(str, senders)}

    assert {name for row in table.values() for names in row for name in names.split()} <= known
