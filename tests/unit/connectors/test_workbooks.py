"""Workbooks as agencies and programs really make them, and as nobody should."""

import datetime as dt
import tracemalloc
import zipfile

import openpyxl
import pytest
from archives import (
    STATIONS_CSV,
    STATIONS_HEADER,
    STATIONS_ROW,
    archive,
    put,
    with_member,
    workbook,
)

from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.records import Context, Record, Tally, read_records
from busan_safety.connectors.table import open_table
from busan_safety.connectors.tabular import read_rows
from busan_safety.sources import get_source

SHEET = "xl/worksheets/sheet1.xml"


def rows_of(tmp_path, content: bytes) -> list[list[str]]:
    return [row.cells for row in read_rows(put(tmp_path / "f.xlsx", content))[2]]


def refusal(tmp_path, content: bytes, name: str = "f.xlsx") -> DeliveryRefused:
    with pytest.raises(DeliveryRefused) as refused:
        list(read_rows(put(tmp_path / name, content))[2])
    return refused.value


def table_of(tmp_path, content: bytes, **form):
    source = get_source("police_crime_by_station")
    forms = [one.model_copy(update=form) for one in source.forms]
    source = source.model_copy(update={"forms": forms})
    table = open_table(source, put(tmp_path / "f.xlsx", content))
    context = Context("2023", None)
    records = list(read_records(source, table.layout, table.rows, context, Tally()))
    at = {column.name: index for index, column in enumerate(source.columns)}
    return [
        (one.line, one.values[at["station_code"]], one.values[at["theft"]])
        for one in records
        if isinstance(one, Record)
    ]


def test_cells_keep_what_the_sheet_shows(tmp_path):
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        sheet.append([1.0, 2.5, 35.100000000000001, 1e20, True, None, "가나", " x "])
        sheet.append(
            [dt.date(2024, 3, 5), dt.datetime.fromisoformat("2024-03-05 13:22:11"), dt.time(9, 5)]
        )
        sheet.append(["1,234", "007", "2024-03", "a\nb"])

    rows = rows_of(tmp_path, workbook(fill))
    assert rows[2:] == [
        ["1", "2.5", "35.1", "1e+20", "Y", "", "가나", " x "],
        ["2024-03-05", "2024-03-05 13:22:11", "09:05:00"],
        ["1,234", "007", "2024-03", "a\nb"],
    ]


@pytest.mark.parametrize(
    ("code", "serial", "shown"),
    [
        ('yyyy"년" m"월"', 45356, "2024-03-05"),
        ("[$-412]yyyy-mm-dd", 45356, "2024-03-05"),
        ("yyyy-mm-dd hh:mm", 45356.5, "2024-03-05 12:00:00"),
        ("[h]:mm:ss", 1.5, "36:00:00"),
        ('#,##0"원"', 45356, "45356"),
        ('0.0"시간"', 1.5, "1.5"),
        ("_-* #,##0_-;-* #,##0_-", 12, "12"),
        ("yyyy-mm-dd", 59, "1900-02-28"),
        ("yyyy-mm-dd", -1, "-1"),
    ],
)
def test_numbers_are_dates_only_where_their_format_is_one(tmp_path, code, serial, shown):
    def fill(book: openpyxl.Workbook) -> None:
        cell = book.active.cell(3, 1, serial)
        cell.number_format = code

    assert rows_of(tmp_path, workbook(fill))[2] == [shown]


def test_formulas_give_the_value_that_was_saved_and_text_stays_text(tmp_path):
    def cached(xml: bytes) -> bytes:
        cells = (
            b'<row r="3"><c r="A3" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>'
            b'<c r="B3"><f>SUM(B2:B2)</f><v>5</v></c><c r="C3"><f>SUM(C2:C2)</f></c></row>'
            b'<row r="4"><c r="A4" t="inlineStr"><is><t>=1+1</t></is></c>'
            b'<c r="B4" t="inlineStr"><is><t>@SUM(A1)</t></is></c>'
            b'<c r="C4" t="inlineStr"><is><t>-cmd|x</t></is></c></row></sheetData>'
        )
        return xml.replace(b"</sheetData>", cells)

    rows = rows_of(tmp_path, with_member(workbook(), SHEET, cached))
    assert rows[2:] == [["ab", "5"], ["=1+1", "@SUM(A1)", "-cmd|x"]]


def test_rich_text_is_joined_and_pronunciation_left_out(tmp_path):
    def rich(xml: bytes) -> bytes:
        text = "<is><r><t>해운</t></r><r><t>대_x000D_구</t></r><rPh><t>ヘウンデ</t></rPh></is>"
        cell = f'<row r="3"><c r="B3" t="inlineStr">{text}</c></row></sheetData>'
        return xml.replace(b"</sheetData>", cell.encode())

    assert rows_of(tmp_path, with_member(workbook(), SHEET, rich))[2] == ["", "해운대\r구"]


def test_the_dimension_is_not_believed(tmp_path):
    import re

    content = with_member(workbook(), SHEET, lambda xml: re.sub(rb'ref="A1:F2"', b'ref="A1"', xml))
    assert rows_of(tmp_path, content) == [STATIONS_HEADER, [str(cell) for cell in STATIONS_ROW]]


def test_a_used_range_out_to_the_last_column_costs_nothing(tmp_path):
    def wide(xml: bytes) -> bytes:
        letters = [openpyxl.utils.get_column_letter(at) for at in range(7, 16_385)]
        blanks = "".join(f'<c r="{one}1" s="0"/>' for one in letters)
        more = "".join(
            f'<row r="{row}"><c r="A{row}"><v>{row}</v></c>{blanks.replace("1", str(row))}</row>'
            for row in range(3, 43)
        )
        return xml.replace(b"</sheetData>", f"{more}</sheetData>".encode())

    content = with_member(workbook(), SHEET, wide)
    tracemalloc.start()
    rows = rows_of(tmp_path, content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows[2:] == [[str(row)] for row in range(3, 43)]
    # As cells, 40 rows of 16,384 would take more than 40 MB.
    assert peak < 16 * 1024**2


def test_one_value_in_the_very_last_cell_is_no_bomb(tmp_path):
    def far(book: openpyxl.Workbook) -> None:
        book.active["XFD1048576"] = "끝"

    last = list(read_rows(put(tmp_path / "f.xlsx", workbook(far)))[2])[-1]
    assert (last.line, len(last.cells), last.cells[-1]) == (1_048_576, 16_384, "끝")


@pytest.mark.parametrize("where", ["AAAA1", "XFE1", "1", "가1", "A1048577"])
def test_a_cell_that_no_sheet_has_refuses_the_file(tmp_path, where):
    row = "1048577" if where == "A1048577" else "3"
    cell = f'<row r="{row}"><c r="{where}"><v>1</v></c></row></sheetData>'.encode()
    content = with_member(workbook(), SHEET, lambda xml: xml.replace(b"</sheetData>", cell))
    assert refusal(tmp_path, content).code == "broken_workbook"


def test_the_first_visible_sheet_whose_header_fits_is_read(tmp_path):
    def sheets(book: openpyxl.Workbook) -> None:
        book.active.title = "자료"
        book.create_sheet("설명", 0).append(["이 자료는 …"])
        hidden = book.create_sheet("숨김", 0)
        hidden.sheet_state = "hidden"
        hidden.append(STATIONS_HEADER)
        hidden.append(["중부", 1, 1, 1, 1, 1])

    assert table_of(tmp_path, workbook(sheets)) == [(2, "busanjin", "2577")]


def test_named_sheets_are_read_one_after_the_other_each_with_its_own_header(tmp_path):
    def sheets(book: openpyxl.Workbook) -> None:
        book.active.title = "2022년"
        later = book.create_sheet("2023년")
        later.append(["부산경찰청 5대 범죄"])
        later.merge_cells("A1:F1")
        later.append(["폭력", "경찰서", "살인", "강도", "강간(강제추행)", "절도"])
        later.append([9, "중부", 1, 2, 3, 643])
        book.create_sheet("2024년")
        book.create_sheet("비고").append(["없음"])

    found = table_of(tmp_path, workbook(sheets), sheets=r"^20\d\d년$")
    assert found == [(2, "busanjin", "2577"), (5, "jungbu", "643")]


def test_a_named_sheet_with_other_columns_refuses_the_file_by_its_name(tmp_path):
    def sheets(book: openpyxl.Workbook) -> None:
        book.active.title = "2022년"
        book.create_sheet("2023년").append(["무엇", "어디"])

    with pytest.raises(DeliveryRefused, match="2023년"):
        table_of(tmp_path, workbook(sheets), sheets=r"^20\d\d년$")


def test_a_workbook_without_the_named_sheets_says_which_it_has(tmp_path):
    with pytest.raises(DeliveryRefused, match="'Sheet'") as refused:
        table_of(tmp_path, workbook(), sheets=r"^20\d\d년$")
    assert refused.value.code == "wrong_sheets"


@pytest.mark.parametrize(
    ("pattern", "is_read"), [("^숨김$", True), ("^숨김|자료$", True), (".*", False)]
)
def test_a_hidden_sheet_is_read_only_where_it_is_named(tmp_path, pattern, is_read):
    def sheets(book: openpyxl.Workbook) -> None:
        book.active.title = "숨김"
        book.active.sheet_state = "hidden"
        book.create_sheet("자료").append(STATIONS_HEADER)
        book["자료"].append(["중부", 1, 2, 3, 4, 5])

    stations = [station for _, station, _ in table_of(tmp_path, workbook(sheets), sheets=pattern)]
    assert ("busanjin" in stations) is is_read


def test_a_header_cell_merged_downwards_is_found(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["행정구역(시군구)별", "2022.07", "", ""],
        ["", "총인구수 (명)", "남자인구수 (명)", "여자인구수 (명)"],
    ):
        sheet.append(row)
    sheet.append(["　　　중구", 38313, 18000, 20313])
    sheet.title = "데이터"
    path = tmp_path / "f.xlsx"
    book.save(path)
    table = open_table(get_source("city_population_registered"), path)
    assert table.layout.header_line == 2
    assert "area_name" in table.layout.positions
    assert len(table.layout.melted) == 3


DOCTYPES = [
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>',
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
]


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("member", [SHEET, "xl/workbook.xml", "xl/styles.xml", "_rels/.rels"])
def test_document_types_are_refused_in_every_part(tmp_path, doctype, member):
    content = with_member(
        workbook(), member, lambda xml: doctype + xml[xml.index(b"?>") + 2 if b"?>" in xml else 0 :]
    )
    assert refusal(tmp_path, content).code == "hostile_xml"


def test_a_sheet_outside_the_archive_is_never_opened(tmp_path):
    def outside(xml: bytes) -> bytes:
        return xml.replace(b'Target="/xl/worksheets/sheet1.xml"', b'Target="../../../etc/passwd"')

    content = with_member(workbook(), "xl/_rels/workbook.xml.rels", outside)
    assert refusal(tmp_path, content).code == "broken_workbook"


def test_a_sheet_that_unpacks_without_end_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("busan_safety.connectors.archives._HARMLESS_BYTES", 1024**2)
    content = with_member(workbook(), SHEET, lambda xml: xml + b" " * (8 * 1024**2))
    assert refusal(tmp_path, content).code == "archive_too_large"


def test_a_directory_that_lies_about_sizes_is_found_out(tmp_path):
    body = b"a,b\n" + b"1,2\n" * 100_000
    content = bytearray(archive(("f.csv", body)))
    size = len(body).to_bytes(4, "little")
    lied = bytes(content).replace(size, (40).to_bytes(4, "little"))
    assert refusal(tmp_path, lied, "f.zip").code == "broken_archive"


def test_a_token_without_end_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("busan_safety.connectors.xlsx_parts._LONGEST_TOKEN_BYTES", 300_000)
    content = with_member(
        workbook(),
        SHEET,
        lambda xml: xml.replace(b"<row ", b'<row x="' + b"a" * 3_000_000 + b'" ', 1),
    )
    assert refusal(tmp_path, content).code == "broken_workbook"


def test_a_zip_with_one_file_is_read_as_that_file(tmp_path):
    path = put(
        tmp_path / "f.zip", archive(("__MACOSX/._a.csv", b"x"), ("폴더/자료.csv", STATIONS_CSV))
    )
    file_format, encoding, rows = read_rows(path)
    assert (file_format, encoding, len(list(rows))) == ("csv", "cp949", 2)
    path = put(tmp_path / "g.zip", archive(("자료.xlsx", workbook())))
    assert read_rows(path)[0] == "xlsx"
    assert len(list(read_rows(path)[2])) == 2


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("data.csv")
    info.external_attr = 0o120777 << 16
    return info


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ([("../evil.csv", STATIONS_CSV)], "hostile_archive"),
        ([("/etc/evil.csv", STATIONS_CSV)], "hostile_archive"),
        ([("a/../../evil.csv", STATIONS_CSV)], "hostile_archive"),
        ([("C:/evil.csv", STATIONS_CSV)], "hostile_archive"),
        ([("..\\evil.csv", STATIONS_CSV)], "hostile_archive"),
        ([("NUL.csv", STATIONS_CSV)], "hostile_archive"),
        ([("com1.csv", STATIONS_CSV)], "hostile_archive"),
        ([("a//b.csv", STATIONS_CSV)], "hostile_archive"),
        ([(link(), b"/etc/passwd")], "hostile_archive"),
        ([("a.csv", STATIONS_CSV), ("b.csv", STATIONS_CSV)], "not_one_file"),
        ([("a.shp", b"x"), ("a.dbf", b"x")], "not_one_file"),
        ([("inner.zip", archive(("a.csv", STATIONS_CSV)))], "nested_archive"),
        ([("a.csv", archive(("b.csv", STATIONS_CSV)))], "broken_workbook"),
        ([("a.csv", b"")], "empty"),
    ],
)
def test_archives_that_are_no_delivery_are_refused(tmp_path, members, code):
    assert refusal(tmp_path, archive(*members), "f.zip").code == code


def test_an_encrypted_archive_says_so(tmp_path):
    content = bytearray(archive(("a.csv", STATIONS_CSV)))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refusal(tmp_path, bytes(content), "f.zip").code == "encrypted"
