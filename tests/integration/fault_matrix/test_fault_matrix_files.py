"""Every fault of a file, in every kind of folder and by every way in which files are read."""

from __future__ import annotations

from functools import lru_cache

import pytest
from fault_cells import (
    ALL,
    LOADED,
    NOTHING,
    Expected,
    NotApplicable,
    Table,
    cells,
    check,
    evolved,
    failed,
    kept_empty,
    quarantined,
    refused,
)
from fault_ground import Ground, Round
from fault_senders import FILES, Sender

from busan_sandbox import filefaults, workbooks

FAULTS: Table = {
    "empty": {"*": refused("empty", "is empty")},
    "header_only": {"*": refused("empty", "no rows")},
    # A CSV says nowhere how long it should be: its last row shows it, and what it replaces.
    "cut": {
        "file_drop_xlsx http_folder": refused("broken_archive", "not a readable workbook"),
        "file_drop_geojson": refused("broken_json", "not readable JSON"),
        "*": quarantined("wrong_field_count", times=0),
    },
    "html": {"*": refused("wrong_columns", "none of the columns")},
    "text": {"*": refused("wrong_columns", "none of the columns")},
    "utf16": {
        "*": refused("not_text", "UTF-16"),
        "file_drop_xlsx http_folder": NotApplicable("a workbook says its own encoding"),
    },
    "lossy": {"*": refused("replacement_characters", "U+FFFD")},
    "rename:{required}={renamed}": {"*": refused("wrong_columns", "{renamed}", "column")},
    "drop:{required}": {"*": refused("wrong_columns", "{required}")},
    "column:NEW_COLUMN=1": {
        "*": evolved(),
        "file_drop_copied file_drop_xlsx file_drop_geojson sftp": refused(
            "unknown_columns", "NEW_COLUMN", "column"
        ),
    },
    "value:{number}=많음": {
        "*": quarantined("wrong_type"),
        "file_drop_xlsx": quarantined("wrong_type", lacks="중부"),
        # One in the first row of each of its sheets.
        "http_folder": quarantined("wrong_type", 3),
    },
    "value:{place}=새로운 곳": {
        "file_drop_copied": quarantined("dong_outside_busan"),
        "file_drop_xlsx": quarantined("unmapped_code", drift="code", lacks="중부"),
        "file_drop_geojson": quarantined("unmapped_code", drift="code"),
        "sftp": kept_empty(),
        "*": NotApplicable("the feed has no column in which a place is spelled"),
    },
    "leak:resident_number={text}": {"*": refused("undeclared_personal_data", "a resident number")},
    "leak:phone={dropped}": {
        "file_drop_csv sftp": LOADED,
        "*": NotApplicable("the feed has no column that is dropped"),
    },
    "formula:{text}": {"*": LOADED, "sftp": quarantined("outside_domain", drift="code")},
    "fewer": {
        "*": refused("implausible_change", "rows where batch"),
        "file_drop_xlsx": refused("implausible_rows", "rows where police_apo has 15 to 40"),
    },
    "repeat": {
        "*": quarantined("duplicate", ALL, times=2),
        # Teams may go out twice alike: flagged, not taken out.
        "file_drop_district": Expected("loaded", times=2),
    },
    "zip_bomb:70": {"*": refused("archive_too_large", "would unpack to 70 MB")},
    "zip_names": {"*": refused("hostile_archive", "a name that is a path")},
    "entities": {
        "file_drop_xlsx http_folder": refused("hostile_xml", "a document type or entities"),
        "*": NotApplicable("only a workbook is XML"),
    },
    "metres": {
        "file_drop_geojson": refused("coordinates_in_metres", "does not say in which system"),
        "*": NotApplicable("only GeoJSON has coordinates whose system nobody names"),
    },
    "late": {"*": NOTHING},
}


ARRIVED: Table = {"on_time": {"*": LOADED}}


@pytest.fixture(autouse=True, scope="module")
def _one_bomb():
    """Packed once: it takes half a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filefaults, "bomb", lru_cache(workbooks.bomb))
        yield


@pytest.mark.parametrize(("sender", "fault", "expected"), cells(FAULTS, FILES))
def test_a_fault_comes_to_what_was_decided(
    ground: Ground, good: dict[str, Round], sender: Sender, fault: str, expected: Expected
) -> None:
    normal = ground.good_round(sender, good)
    ground.clear(sender)
    if expected.outcome == "refused":
        ground.load_good(sender)

    with ground.spoiled(sender, fault):
        done = ground.round(sender)

    check(ground, done, expected, normal)


@pytest.mark.parametrize(("sender", "fault", "expected"), cells(ARRIVED, FILES))
def test_a_late_file_is_loaded_when_it_arrives_after_all(
    ground: Ground, good: dict[str, Round], sender: Sender, fault: str, expected: Expected
) -> None:
    normal = ground.good_round(sender, good)
    ground.clear(sender)

    with ground.spoiled(sender, "late") as held_back:
        arrives = held_back.with_name(held_back.name.removeprefix(".late-"))
        filefaults.write_faulty(arrives, fault)
        done = ground.round(sender)

    check(ground, done, expected, normal)


def test_a_csv_that_ends_inside_a_quoted_cell_is_refused(
    ground: Ground, good: dict[str, Round]
) -> None:
    sender = next(one for one in FILES if one.name == "file_drop_district")
    normal = ground.good_round(sender, good)
    ground.clear(sender)

    with ground.spoiled(sender, "repeat") as spoiled:
        open_cell = b"20241231,x,y," + '"열린 칸'.encode()
        spoiled.write_bytes(spoiled.read_bytes() + open_cell)
        done = ground.round(sender)

    check(ground, done, refused("broken_csv", "the file ends inside a quoted cell"), normal)


def test_a_folder_that_nobody_made_yet_is_missed(ground: Ground, good: dict[str, Round]) -> None:
    sender = next(one for one in FILES if one.name == "file_drop_csv")
    normal = ground.good_round(sender, good)
    ground.clear(sender)
    folder = ground.drop / sender.folder
    elsewhere = folder.rename(folder.with_name("elsewhere"))

    try:
        done = ground.round(sender)
    finally:
        elsewhere.rename(folder)

    check(ground, done, failed("does not exist yet"), normal)
