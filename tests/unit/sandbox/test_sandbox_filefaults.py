"""Faulty variants of delivered files: what is changed, and that nothing else is."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from busan_safety.privacy import kinds_in
from busan_sandbox.__main__ import main
from busan_sandbox.faults import IDENTIFIERS, FaultError
from busan_sandbox.filefaults import faulty, next_name, write_faulty
from busan_sandbox.files import (
    Formula,
    Sheet,
    csv_bytes,
    geojson_bytes,
    workbook_bytes,
    xlsx_bytes,
)
from busan_sandbox.workbooks import read_workbook

from .conftest import City

ROWS: list[list[Any]] = [
    ["번호", "구군", "대수"],
    [1, "남구", 3],
    [2, "중구", 5],
    [3, "서구", 7],
    [4, "동구", 9],
]
POINT = {"type": "Point", "coordinates": [129.08, 35.14]}
FORMATS = (".csv", ".xlsx", ".geojson")


def content_of(suffix: str) -> bytes:
    if suffix == ".csv":
        return csv_bytes(ROWS, "cp949")
    if suffix == ".xlsx":
        return xlsx_bytes("현황", "남구 현황", ROWS)
    return geojson_bytes((POINT, dict(zip(ROWS[0], row, strict=True))) for row in ROWS[1:])


def rows_of(content: bytes, suffix: str) -> list[list[str]]:
    """Return header and rows as text, whatever the format."""
    if suffix == ".csv":
        text = content.decode("utf-8" if b"\xef\xbf\xbd" in content else "cp949")
        return list(csv.reader(io.StringIO(text)))
    if suffix == ".xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        return [[str(c) for c in row if c is not None] for row in sheet.values][1:]
    features = [feature["properties"] for feature in json.loads(content)["features"]]
    return [list(features[0]), *([str(cell) for cell in f.values()] for f in features)]


def text_of(content: bytes) -> str:
    """Return all text of a file."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "".join(book.read(n).decode() for n in book.namelist() if "sheet" in n)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp949")


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("rename:구군=자치구", [["번호", "자치구", "대수"], *ROWS[1:]]),
        ("drop:대수", [row[:2] for row in ROWS]),
        ("column:비고=없음", [[*ROWS[0], "비고"], *([*row, "없음"] for row in ROWS[1:])]),
        ("value:구군=새구", [ROWS[0], [1, "새구", 3], *ROWS[2:]]),
        ("fewer", ROWS[:3]),
        ("repeat", [*ROWS, *ROWS[1:]]),
        ("leak:phone", [ROWS[0], [1, f"남구 {IDENTIFIERS['phone']}", 3], *ROWS[2:]]),
    ],
)
def test_tables_change_in_every_format(suffix: str, fault: str, expected: list[list[Any]]) -> None:
    changed = faulty(content_of(suffix), suffix, fault)

    assert rows_of(changed, suffix) == [[str(cell) for cell in row] for row in expected]


@pytest.mark.parametrize("suffix", FORMATS)
def test_letters_are_lost_and_numbers_stay(suffix: str) -> None:
    header, first, *_ = rows_of(faulty(content_of(suffix), suffix, "lossy"), suffix)

    assert first == ["1", "\ufffd\ufffd", "3"]
    assert suffix == ".geojson" or header == ["\ufffd\ufffd"] * 3


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_a_leak_is_seen_by_its_shape(identifier: str) -> None:
    first = rows_of(faulty(content_of(".csv"), ".csv", f"leak:{identifier}=구군"), ".csv")[1]

    assert kinds_in(first[1]) == {identifier}


def test_line_ends_byte_order_mark_and_encoding_stay() -> None:
    for encoding in ("cp949", "utf-8-sig"):
        good = csv_bytes(ROWS, encoding, "\r\n")  # type: ignore[arg-type]

        bad = faulty(good, ".csv", "value:대수=4")

        assert bad == good.replace("남구,3".encode(encoding)[-5:], "남구,4".encode(encoding)[-5:])


def test_formulas_are_formulas() -> None:
    book = openpyxl.load_workbook(io.BytesIO(faulty(content_of(".xlsx"), ".xlsx", "formula:구군")))
    text = rows_of(faulty(content_of(".csv"), ".csv", "formula:구군"), ".csv")[1][1]

    assert book.worksheets[0]["B3"].data_type == "f"
    assert text.startswith("=HYPERLINK(")


def test_every_sheet_that_can_changes_and_the_others_stay() -> None:
    other = Sheet(
        "설명",
        [["작성", "합계"], ["부산", Formula("SUM(C3:C5)", 24)], [None, Formula("A1", "작성")]],
        hidden=True,
    )
    book = workbook_bytes([other, Sheet("2024", ROWS, ("A1:B1",))])

    sheets = read_workbook(faulty(book, ".xlsx", "rename:대수=카메라수"))

    assert sheets[0] == Sheet("설명", [list(row) for row in other.rows], hidden=True)
    assert sheets[1].rows[0] == ["번호", "구군", "카메라수"]
    assert sheets[1].merges == ("A1:B1",)


def test_every_file_of_the_city_can_have_a_table_fault(city: City) -> None:
    newest = {
        path.parent: path for path in sorted(city.drop.rglob("*.*")) if path.suffix in FORMATS
    }

    changed = [faulty(p.read_bytes(), p.suffix, "column:새열=1") for p in newest.values()]

    assert len(changed) > 30
    assert all("새열" in text_of(content) for content in changed)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_column_that_is_not_there_is_said(suffix: str) -> None:
    with pytest.raises(FaultError, match="번지"):
        faulty(content_of(suffix), suffix, "rename:번지=지번")


@pytest.mark.parametrize("fault", ["tired", "leak:name", "rename:구군"])
def test_unknown_faults_of_files_are_refused(fault: str) -> None:
    with pytest.raises(FaultError):
        faulty(content_of(".csv"), ".csv", fault)


def test_a_small_workbook_unpacks_to_very_much() -> None:
    tracemalloc.start()
    content = faulty(b"", ".xlsx", "zip_bomb:40")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    assert unpacked > 39 * 1024**2
    assert len(content) < 1024**2
    assert peak < 8 * 1024**2


def test_archives_and_sheets_can_be_hostile() -> None:
    names = zipfile.ZipFile(io.BytesIO(faulty(b"", ".zip", "zip_names"))).namelist()
    book = zipfile.ZipFile(io.BytesIO(faulty(content_of(".xlsx"), ".xlsx", "entities")))

    assert "../../escaped.csv" in names and "/escaped.csv" in names
    assert b"<!ENTITY" in book.read("xl/worksheets/sheet1.xml")


def test_metres_say_nothing_of_themselves() -> None:
    ring = [[129.08, 35.14], [129.09, 35.14], [129.09, 35.15], [129.08, 35.14]]
    polygon: dict[str, object] = {"type": "Polygon", "coordinates": [ring]}
    good = geojson_bytes([(POINT, {"a": 1}), (polygon, {"a": 2})], crs="urn:ogc:def:crs:OGC:1.3")

    document = json.loads(faulty(good, ".geojson", "metres"))

    point, moved = (feature["geometry"]["coordinates"] for feature in document["features"])
    assert 1_100_000 < point[0] < 1_200_000 and 1_600_000 < point[1] < 1_700_000
    assert moved[0][0] == point and "crs" not in document


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("112_calls_20231231.csv", "112_calls_20240101.csv"),
        ("patrols_2024-12.csv", "patrols_2025-01.csv"),
        ("budget_2024.xlsx", "budget_2025.xlsx"),
        ("crime_202402.csv", "crime_202403.csv"),
        ("zones.geojson", "zones - 복사본.geojson"),
    ],
)
def test_a_variant_is_named_like_the_next_delivery(name: str, after: str) -> None:
    assert next_name(name) == after


def test_variants_stand_beside_the_good_file_or_in_its_place(tmp_path: Path) -> None:
    for day in ("20240101", "20240102"):
        (tmp_path / f"calls_{day}.csv").write_bytes(content_of(".csv"))

    beside = write_faulty(tmp_path, "empty")
    named = write_faulty(tmp_path / "calls_20240101.csv", "html", name="calls_other.csv")
    replaced = write_faulty(tmp_path / "calls_20240101.csv", "text", replace=True)

    assert (beside.name, beside.read_bytes()) == ("calls_20240103.csv", b"")
    assert (named.name, replaced.name) == ("calls_other.csv", "calls_20240101.csv")
    assert (tmp_path / "calls_20240102.csv").read_bytes() == content_of(".csv")


def test_a_late_file_is_out_of_sight_until_it_arrives(tmp_path: Path) -> None:
    path = tmp_path / "calls_20240101.csv"
    path.write_bytes(content_of(".csv"))

    held = write_faulty(path, "late")
    absent = not path.exists() and held.name.startswith(".")
    write_faulty(path, "on_time")

    assert absent
    assert path.read_bytes() == content_of(".csv")


def test_the_command_writes_a_variant_or_says_why_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cctv_20240131.csv"
    path.write_bytes(content_of(".csv"))

    assert main(["fault", str(path), "rename:구군=자치구"]) == 0
    assert capsys.readouterr().out.strip().endswith("cctv_20240201.csv")
    assert main(["fault", str(path), "rename:번지=지번"]) == 2
    assert "no column '번지'" in capsys.readouterr().err
    assert main(["fault", str(tmp_path / "absent.csv"), "empty"]) == 2
