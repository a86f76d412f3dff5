"""Files that agencies really published, taken as they are."""

import psycopg
import pytest

from busan_safety.connectors import DeliveryRefused
from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.gateway import read_page
from busan_safety.connectors.senders import items_of_pages, page_reader
from busan_safety.loading import ingest_file
from busan_safety.sources import Transport, get_source

pytestmark = pytest.mark.real

SUCCESS = ["00", "0", "0000", "INFO-000"]


def one(warehouse: psycopg.Connection, query: str):
    return warehouse.execute(query).fetchone()


@pytest.mark.parametrize("ending", ["", "_지역머리글"])
def test_station_crimes_of_2023(warehouse, real_files, ending):
    report = ingest_file(
        "police_crime_by_station",
        real_files / "crime" / f"부산경찰청_경찰서별_5대범죄_20231231{ending}.csv",
    )
    assert (report.rows_loaded, report.rows_quarantined, report.period) == (15, 0, "2023")
    total = one(
        warehouse,
        "select count(distinct station_code), sum(murder + robbery + sexual_violence + theft"
        " + violence), sum(total) from raw.current_police_crime_by_station where year = 2023",
    )
    assert total == (15, 33080, 33080)


def test_regional_crimes_of_2023(warehouse, real_files):
    path = real_files / "crime" / "경찰청_범죄발생지역별통계_20231231.csv"
    report = ingest_file("police_crime_by_region", path)
    assert (report.rows_loaded, report.rows_quarantined) == (16 * 38, 0)
    assert report.rows_read == 38 * 247
    assert report.rows_out_of_scope == report.rows_read - 16 * 38
    shape = one(
        warehouse,
        "select count(distinct district_code), count(distinct class_code),"
        " bool_and(place_name like '부산%') from raw.current_police_crime_by_region",
    )
    assert shape == (16, 38, True)
    theft = one(
        warehouse,
        "select sum(incident_count) from raw.current_police_crime_by_region"
        " where class_large = '절도범죄'",
    )
    assert theft == (15049,)


def test_an_english_hand_edited_copy_without_districts_is_refused(warehouse, real_files):
    path = real_files / "crime" / "경찰청_범죄발생지역별통계_20221231_수정본.csv"
    with pytest.raises(DeliveryRefused, match="중구") as refused:
        ingest_file("police_crime_by_region", path)
    assert refused.value.code == "wrong_scope"


def test_fatal_accidents_of_2021(warehouse, real_files):
    path = real_files / "traffic" / "도로교통공단_사망교통사고정보_2021.csv"
    report = ingest_file("police_fatal_accidents", path)
    assert (report.rows_read, report.rows_loaded) == (2816, 111)
    districts = one(
        warehouse,
        "select count(distinct district_code), count(*) filter (where latitude is null)"
        " from raw.current_police_fatal_accidents",
    )
    assert districts == (16, 0)


def test_population_of_36_months_adds_up(warehouse, real_files):
    folder = real_files / "population" / "mois"
    files = sorted(folder.glob("*registered_population_and_household_monthly.csv"))
    for path in files:
        assert ingest_file("city_population", path).rows_quarantined == 0
    months = warehouse.execute(
        "select month, sum(residents) filter (where not coalesce('total' = any(_flags), false)),"
        " sum(residents) filter (where 'total' = any(_flags)),"
        " count(*) filter (where not coalesce('total' = any(_flags), false))"
        " from raw.current_city_population group by month"
    ).fetchall()
    assert len(months) == 36
    assert all(parts == city and count == 16 for _, parts, city, count in months)


def test_camera_register_is_the_same_from_csv_and_workbook(warehouse, real_files):
    csv_report = ingest_file(
        "district_cctv", real_files / "cctv" / "전국CCTV표준데이터_부산_utf8.csv"
    )
    xlsx_report = ingest_file("district_cctv", real_files / "cctv" / "전국CCTV표준데이터_부산.xlsx")
    assert csv_report.rows_loaded == xlsx_report.rows_loaded == 15_737
    assert xlsx_report.status == "duplicate"
    assert csv_report.reasons["duplicate"] >= 2_319
    mended = {"coordinate_zero", "coordinates_outside_busan"} & set(csv_report.reasons)
    assert len(mended) == 2
    shape = one(
        warehouse,
        "select count(*), count(distinct district_code), sum(camera_count)"
        " from raw.current_district_cctv where register = 'standard'",
    )
    assert shape == (15_737, 16, 20_526)


@pytest.mark.parametrize(
    ("name", "district", "rows"),
    [
        ("부산광역시_사하구_환경CCTV_설치운영현황.xlsx", "26380", None),
        ("부산광역시_연제구_CCTV_운영시각_정보_20250829.csv", "26470", 1117),
        ("부산광역시_수영구_불법주정차_단속_CCTV_설치_위치_20250825.csv", "26500", 62),
    ],
)
def test_a_districts_own_list_is_a_register_of_its_own(warehouse, real_files, name, district, rows):
    report = ingest_file("district_cctv", real_files / "district_files" / name)
    assert report.scope_key == district
    assert report.rows_received == (rows or report.rows_received) > 0
    standard = one(
        warehouse,
        "select count(*) from raw.current_district_cctv where register = 'standard'",
    )
    assert standard[0] in (0, 15_737)


def test_schools_of_busan(warehouse, real_files):
    path = real_files / "school" / "전국초중등학교위치표준데이터_20250325.csv"
    report = ingest_file("education_schools", path)
    assert (report.rows_read, report.rows_loaded) == (11_985, 617)
    shape = one(
        warehouse,
        "select count(distinct district_code), count(*) filter (where district_code is null)"
        " from raw.current_education_schools",
    )
    assert shape == (16, 0)


@pytest.mark.parametrize(
    ("source_id", "path"),
    [
        ("police_crime_by_station", "crime/경찰청_범죄발생시간대및요일_20191231_원본.csv"),
        ("police_crime_by_station", "streetlight/부산광역시_가로등현황_관리부서별.csv"),
        ("police_crime_by_region", "crime/경찰청_범죄발생시간대및요일_20191231_수정본.csv"),
        ("district_cctv", "district_files/부산광역시_남구_도로현황_20231215.csv"),
        ("city_population", "population/202505_202505_연령별인구현황_월간.csv"),
        ("city_population", "kosis/부산_행정구역시군구별_성별인구수_202207.xlsx"),
        ("police_fatal_accidents", "traffic/TAAS_사고목록_서울_2019_2021.xlsx"),
        ("education_schools", "child_zone/전국어린이보호구역표준데이터_2026_05.csv"),
    ],
)
def test_another_files_columns_are_refused_with_a_sentence(warehouse, real_files, source_id, path):
    with pytest.raises(DeliveryRefused) as refused:
        ingest_file(source_id, real_files / path, "2023")
    assert refused.value.code in ("wrong_columns", "unknown_columns", "wrong_scope")
    assert str(refused.value).endswith(".")


def test_captured_gateway_answers(real_files):
    api = real_files / "api"
    assert (
        len(read_page((api / "datagokr_getLunCalInfo_2021_01.xml").read_bytes(), SUCCESS).items)
        == 31
    )
    single = read_page((api / "datagokr_getLunCalInfo_single_item.xml").read_bytes(), SUCCESS)
    assert len(single.items) == 1
    food = read_page(
        (api / "retyped_busan_6260000_FoodService_getFoodKr.json").read_bytes(), SUCCESS
    )
    assert food.items[0]["GUGUN_NM"] == "강서구"


def test_captured_neis_answers(real_files):
    transport: Transport = get_source("education_schools").transport
    read = page_reader(transport)
    api = real_files / "api"
    rows = list(items_of_pages([api / "retyped_neis_schoolInfo_INFO-000.json"], read))
    assert rows[0]["ORG_RDNZC"] == "63625 "
    assert read((api / "retyped_neis_INFO-200.json").read_bytes()).items == []


def test_every_gateway_error_that_clients_know_is_named(real_files):
    text = (real_files / "api" / "retyped_datagokr_gateway_errors.txt").read_text("utf-8")
    blocks = [line.split("] ", 1) for line in text.splitlines() if line.startswith("[")]
    assert len(blocks) == 15
    for label, body in blocks:
        if "no data" in label or '"03"' in body:
            assert read_page(body.encode(), SUCCESS).items == []
        else:
            with pytest.raises(SourceFailure):
                read_page(body.encode(), SUCCESS)
