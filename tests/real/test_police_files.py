"""Files about the police's offices and road accidents that agencies really published."""

import pytest

from busan_safety.connectors import DeliveryRefused
from busan_safety.connectors.layout import find_layout
from busan_safety.connectors.tabular import read_rows
from busan_safety.loading import ingest_file
from busan_safety.sources import get_source

pytestmark = pytest.mark.real


def test_94_offices_of_busan_with_station_address_and_place(warehouse, real_files):
    path = real_files / "police_office" / "지구대파출소_부산광역시_좌표_옮겨적음.csv"
    report = ingest_file("police_offices", path, "2025")

    assert (report.form_id, report.rows_loaded, report.rows_quarantined) == ("office_list", 94, 0)
    shape = warehouse.execute(
        "select count(distinct station_code), count(distinct district_code),"
        " count(*) filter (where latitude is null or district_code is null),"
        " count(*) filter (where station_code = 'suyeong'),"
        " count(*) filter (where office_kind = '지구대')"
        " from raw.current_police_offices where register = 'office_list'"
    ).fetchone()
    assert shape == (16, 16, 0, 4, 49)


def test_offices_counted_by_station_are_a_register_of_their_own(warehouse, real_files):
    listed = real_files / "police_office" / "지구대파출소_부산광역시_좌표_옮겨적음.csv"
    ingest_file("police_offices", listed, "2025")

    counted = real_files / "police_office" / "부산동별경찰서.csv"
    report = ingest_file("police_offices", counted, "2025")

    assert (report.form_id, report.rows_loaded) == ("station_counts", 15)
    registers = dict(
        warehouse.execute(
            "select register, coalesce(sum(office_count), count(*)) from"
            " raw.current_police_offices group by register"
        ).fetchall()
    )
    assert registers == {"office_list": 94, "station_counts": 94}
    moved = warehouse.execute(
        "select c.station_code, c.office_count - count(*) from raw.current_police_offices c"
        " join raw.current_police_offices l on l.station_code = c.station_code"
        " and l.register = 'office_list' where c.register = 'station_counts'"
        " group by c.station_code, c.office_count having c.office_count <> count(*)"
    ).fetchall()
    # The two offices each that Suyeong station took over in 2025.
    assert sorted(moved) == [("nambu", 2), ("yeonje", 2)]


def test_a_taas_list_has_its_form_but_26148_accidents_of_seoul_are_refused(warehouse, real_files):
    source = get_source("police_traffic_accidents")
    path = real_files / "traffic" / "TAAS_사고목록_서울_2019_2021.xlsx"
    file_format, _, rows = read_rows(path)
    layout, _ = find_layout(source, file_format, rows, path.name)

    assert layout.form.id == "taas_list"
    assert len(layout.positions) == 8
    # One of them has no place ("미분류 미분류 미분류"), which does not make the list ours.
    with pytest.raises(DeliveryRefused, match=r"26,148 rows is of 부산광역시 \(found: 서울특별시"):
        ingest_file("police_traffic_accidents", path, "2021")
    loaded = warehouse.execute("select count(*) from raw.police_traffic_accidents").fetchone()
    refused = warehouse.execute(
        "select count(*) from ops.batch where source_id = 'police_traffic_accidents'"
        " and status = 'loaded'"
    ).fetchone()
    assert (loaded, refused) == ((0,), (0,))


@pytest.mark.parametrize(
    ("source_id", "path"),
    [
        ("police_traffic_accidents", "traffic/TAAS_요일별_시간대별_교통사고_2021.csv"),
        ("police_traffic_accidents", "traffic/도로교통공단_사망교통사고정보_2021.csv"),
        ("police_offices", "crime/부산경찰청_경찰서별_5대범죄_20231231.csv"),
        ("police_offices", "streetlight/부산광역시_가로등현황_관리부서별.csv"),
        ("police_apo", "police_office/부산동별경찰서.csv"),
        ("police_crime_zones", "boundary/행정동_부산광역시_20210401.geojson"),
    ],
)
def test_another_kind_of_file_is_refused_with_a_sentence(warehouse, real_files, source_id, path):
    with pytest.raises(DeliveryRefused) as refused:
        ingest_file(source_id, real_files / path, "2023-12-31")

    assert refused.value.code in ("wrong_columns", "unknown_columns", "ambiguous_columns")
    assert str(refused.value).endswith(".")
