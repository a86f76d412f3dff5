import zipfile

import openpyxl
import pytest

from busan_safety.connectors.encoding import sniff_encoding
from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.layout import find_layout
from busan_safety.connectors.records import Context, Record, Rejected, Tally, read_records
from busan_safety.connectors.tabular import read_rows
from busan_safety.sources import get_source

STATIONS = "연번,경찰서,구분,살인,강도, 성범죄,절도,폭력,합계\n1,중부,경찰서,2,1,41,657,701,1402\n"


def write(path, text, encoding="cp949"):
    path.write_bytes(text.encode(encoding))
    return path


def records_of(source_id, path, period="2023"):
    source = get_source(source_id)
    file_format, _, rows = read_rows(path)
    layout, rest = find_layout(source, file_format, rows, path.name)
    tally = Tally()
    items = list(read_records(source, layout, rest, Context(period, None), tally))
    names = [column.name for column in source.columns]
    good = [
        dict(zip(names, item.values, strict=True)) for item in items if isinstance(item, Record)
    ]
    return good, [item for item in items if isinstance(item, Rejected)], tally


@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-8-sig"])
def test_the_same_rows_in_every_encoding(tmp_path, encoding):
    path = write(tmp_path / "f.csv", STATIONS, encoding)
    assert sniff_encoding(path) == encoding
    good, rejected, _ = records_of("police_crime_by_station", path)
    assert not rejected
    assert good[0]["station_code"] == "jungbu"
    assert good[0]["sexual_violence"] == "41"


def test_cp949_beyond_euc_kr_is_read(tmp_path):
    path = write(tmp_path / "f.csv", STATIONS.replace("경찰서,2", "명품샾,2"))
    assert records_of("police_crime_by_station", path)[0][0]["unit_kind"] == "명품샾"


def test_lost_letters_refuse_the_file(tmp_path):
    path = write(tmp_path / "f.csv", STATIONS.replace("중부", "\ufffd\ufffd"), "utf-8")
    with pytest.raises(DeliveryRefused, match=r"U\+FFFD") as refused:
        records_of("police_crime_by_station", path)
    assert refused.value.code == "replacement_characters"


@pytest.mark.parametrize("content", [b"", b"\n\n", "연번,경찰서\n".encode("cp949")])
def test_a_file_without_rows_is_refused(tmp_path, content):
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(DeliveryRefused):
        records_of("police_crime_by_station", path)


def test_a_missing_column_is_named(tmp_path):
    path = write(tmp_path / "f.csv", STATIONS.replace(",절도", ",도둑질"))
    with pytest.raises(DeliveryRefused, match=r"절도.*도둑질") as refused:
        records_of("police_crime_by_station", path)
    assert refused.value.code == "wrong_columns"


def test_an_unknown_column_is_refused_under_a_frozen_contract(tmp_path):
    text = STATIONS.replace("합계\n", "합계,새열\n").replace("1402\n", "1402,7\n")
    path = write(tmp_path / "f.csv", text)
    source = get_source("police_crime_by_station")
    frozen = source.contract.model_copy(update={"columns": "freeze"})
    _, _, rows = read_rows(path)
    with pytest.raises(DeliveryRefused, match="새열") as refused:
        find_layout(source.model_copy(update={"contract": frozen}), "csv", rows, path.name)
    assert refused.value.code == "unknown_columns"


def test_a_total_row_is_kept_and_flagged(tmp_path):
    path = write(tmp_path / "f.csv", STATIONS + "2,합계,경찰서,2,1,41,657,701,1402\n")
    source = get_source("police_crime_by_station")
    _, _, rows = read_rows(path)
    layout, rest = find_layout(source, "csv", rows, path.name)
    last = list(read_records(source, layout, rest, Context("2023", None), Tally()))[-1]
    assert isinstance(last, Record)
    assert last.flags == ["total"]


def test_an_unknown_station_refuses_its_row_alone(tmp_path):
    path = write(tmp_path / "f.csv", STATIONS + "2,안드로메다,경찰서,2,1,41,657,701,1402\n")
    good, rejected, _ = records_of("police_crime_by_station", path)
    assert len(good) == 1
    assert rejected[0].code == "unmapped_code"
    assert "안드로메다" in rejected[0].reason
    assert rejected[0].line == 3


POPULATION = (
    "※ 매월 말일자 통계 현황,Unnamed: 1,Unnamed: 2,Unnamed: 3,Unnamed: 4,Unnamed: 5,"
    "Unnamed: 6,Unnamed: 7\n"
    ",,2023년01월,,,2023년02월,,\n"
    "행정기관코드,행정기관,총 거주자수,남자 인구수,여자 인구수,"
    "총 거주자수,남자 인구수,여자 인구수\n"
    '1111000000,서울특별시 종로구 ,"1,000",500,500,"1,001",500,501\n'
    '2611000000,부산광역시 중구 ,"39,333","19,033","20,300","39,300","19,000","20,300"\n'
)


def test_stacked_headers_become_one_row_per_month(tmp_path):
    path = write(tmp_path / "f.csv", POPULATION, "utf-8-sig")
    good, rejected, tally = records_of("city_population", path)
    assert not rejected
    assert [(row["month"], row["residents"]) for row in good] == [
        ("2023-01-01", "39333"),
        ("2023-02-01", "39300"),
    ]
    assert (tally.rows_read, tally.out_of_scope) == (4, 2)


def test_the_other_form_with_the_month_in_each_header(tmp_path):
    text = (
        "행정구역,2023년01월_거주자 인구수,2023년01월_세대수\n"
        '부산광역시 중구 (2611000000),"39,333",100\n'
    )
    good, _, _ = records_of("city_population", write(tmp_path / "f.csv", text))
    assert good[0]["admin_code"] == "2611000000"
    assert good[0]["admin_name"] == "부산광역시 중구"
    assert good[0]["residents"] == "39333"


def test_another_place_is_refused_whole(tmp_path):
    text = "\n".join(POPULATION.splitlines()[:4]) + "\n"
    with pytest.raises(DeliveryRefused, match="서울특별시") as refused:
        records_of("city_population", write(tmp_path / "f.csv", text, "utf-8"))
    assert refused.value.code == "wrong_scope"


def test_a_workbook_with_a_title_row(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["경찰서별 5대 범죄 현황"])
    sheet.merge_cells("A1:F1")
    sheet.append(["경찰서", "살인", "강도", "강간(강제추행)", "절도", "폭력"])
    sheet.append(["부산진", 5, 6, 347, 2577, 2681])
    path = tmp_path / "f.xlsx"
    book.save(path)
    good, _, _ = records_of("police_crime_by_station", path)
    assert good[0]["station_code"] == "busanjin"
    assert good[0]["theft"] == "2577"


def test_a_zip_bomb_is_not_opened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (100 * 1024**2))
    with pytest.raises(DeliveryRefused) as refused:
        list(read_rows(path)[2])
    assert refused.value.code == "archive_too_large"


def test_a_file_that_only_looks_like_a_workbook_is_refused(tmp_path):
    path = tmp_path / "f.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(DeliveryRefused):
        list(read_rows(path)[2])
