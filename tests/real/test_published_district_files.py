"""Registers of the districts and the KOSIS table as they were published, taken as they are."""

import psycopg
import pytest

from busan_safety.connectors import DeliveryRefused
from busan_safety.loading import ingest_file

pytestmark = pytest.mark.real

ZONES = "child_zone/전국어린이보호구역표준데이터_2026_05.csv"
BELLS = "bell/안전비상벨위치정보_부산광역시_12행_옮겨적음.csv"
KOSIS = "kosis/부산_행정구역시군구별_성별인구수_202207.xlsx"
DISTRICT_FILES = {
    "남구": "district_files/부산광역시_남구_도로현황_20231215.csv",
    "사하구": "district_files/부산광역시_사하구_환경CCTV_설치운영현황.xlsx",
    "수영구": "district_files/부산광역시_수영구_불법주정차_단속_CCTV_설치_위치_20250825.csv",
    "연제구": "district_files/부산광역시_연제구_CCTV_운영시각_정보_20250829.csv",
}


def one(warehouse: psycopg.Connection, query: str):
    return warehouse.execute(query).fetchone()


def test_busans_child_zones_are_taken_out_of_the_whole_country(warehouse, real_files):
    report = ingest_file("district_child_zones", real_files / ZONES)

    assert (report.rows_read, report.rows_loaded, report.rows_quarantined) == (14_599, 809, 0)
    assert report.rows_out_of_scope == 14_599 - 809
    shape = one(
        warehouse,
        "select count(distinct district_code), count(distinct reference_date),"
        " count(*) filter (where station_code is null),"
        " count(*) filter (where cctv_count is null),"
        " count(*) filter (where lot_address is null),"
        " count(*) filter (where latitude is null), count(*) filter (where not has_cctv)"
        " from raw.current_district_child_zones",
    )
    assert shape == (16, 15, 0, 232, 244, 0, 180)


def test_places_elsewhere_that_are_called_busan_stay_out(warehouse, real_files):
    ingest_file("district_child_zones", real_files / ZONES)

    strangers = one(
        warehouse,
        "select count(*) from raw.current_district_child_zones"
        " where sender_name !~ '^부산광역시 ' or road_address ~ '오산시|장흥군|강릉시|정읍시'",
    )
    misspelt = one(
        warehouse,
        "select district_code, institution_name from raw.current_district_child_zones"
        " where institution_name like '부산공역시%'",
    )
    assert strangers == (0,)
    assert misspelt == ("26170", "부산공역시 동구청")


def test_every_road_width_of_busan_is_a_number_or_a_range(warehouse, real_files):
    ingest_file("district_child_zones", real_files / ZONES)

    widths = one(
        warehouse,
        "select count(*) filter (where road_width is null),"
        " count(*) filter (where road_width_max_m > road_width_min_m),"
        " count(*) filter (where road_width is not null and road_width_min_m is null),"
        " min(road_width_min_m), max(road_width_max_m)"
        " from raw.current_district_child_zones",
    )
    range_of_one = one(
        warehouse,
        "select distinct road_width_min_m, road_width_max_m"
        " from raw.current_district_child_zones where road_width = '12.3~29.5'",
    )
    assert widths[:3] == (234, 298, 0)
    assert 0 < widths[3] < widths[4] < 60
    assert [float(bound) for bound in range_of_one] == [12.3, 29.5]


def test_stations_of_child_zones_are_found_in_all_their_spellings(warehouse, real_files):
    ingest_file("district_child_zones", real_files / ZONES)

    spelled = dict(
        warehouse.execute(
            "select police_office_name, station_code from raw.current_district_child_zones"
            " group by 1, 2"
        ).fetchall()
    )
    assert len(spelled) == 19
    assert len(set(spelled.values())) == 16
    assert {
        spelled[name] for name in ("부산동부경찰서/초량지구대", "부산동부경찰서/수성지구대")
    } == {"dongbu"}
    assert spelled["부산광역시 해운대경찰서"] == "haeundae"
    assert spelled["부산진경찰서"] == "busanjin"
    assert spelled["부산 연제경찰서"] == "yeonje"
    assert spelled["영도경찰서"] == "yeongdo"


def test_twelve_bells_with_their_defects(warehouse, real_files):
    report = ingest_file("district_safety_bells", real_files / BELLS)

    assert (report.rows_loaded, report.rows_quarantined) == (12, 0)
    assert report.reasons["coordinates_outside_busan"] == 2
    assert report.reasons["address_is_only_the_city"] == 1
    rows = {
        row[0]: row[1:]
        for row in warehouse.execute(
            "select manage_number, district_code, institution_name, road_address, longitude"
            " from raw.current_district_safety_bells"
        )
    }
    office_without_city = rows["202532600000900021"]
    assert office_without_city[:2] == ("26140", "서구청 문화관광과")
    assert rows["202632700000900023"][0] == "26170"
    assert rows["202632700000900023"][2].startswith("부산광역시 동구망양로")
    assert rows["202532600000900025"][2] == (
        "부산광역시 서구 송도해변로 171, 송도케이블카 하부정류장 (암남동)"
    )
    assert rows["202333200000900001"][3] is None
    assert rows["202633600000900057"][2:] == ("부산광역시", None)


def test_the_kosis_workbook_is_read_below_its_merged_headers(warehouse, real_files):
    report = ingest_file("city_population_registered", real_files / KOSIS)

    assert (report.rows_loaded, report.rows_quarantined) == (17 * 3, 0)
    totals = warehouse.execute(
        "select item_name, sum(persons) filter (where district_code is not null),"
        " sum(persons) filter (where district_code is null),"
        " count(*) filter (where 'total' = any(_flags)), min(month)::text, max(month)::text"
        " from raw.current_city_population_registered group by 1 order by 1"
    ).fetchall()
    assert totals == [
        ("남자인구수", 1_629_643, 1_629_643, 1, "2022-07-01", "2022-07-01"),
        ("여자인구수", 1_704_952, 1_704_952, 1, "2022-07-01", "2022-07-01"),
        ("총인구수", 3_334_595, 3_334_595, 1, "2022-07-01", "2022-07-01"),
    ]
    indented = one(
        warehouse,
        "select area_name from raw.current_city_population_registered"
        " where district_code = '26710' limit 1",
    )
    assert indented == ("기장군",)


@pytest.mark.parametrize(
    "source_id",
    [
        "district_security_lights",
        "district_safety_bells",
        "district_child_zones",
        "district_volunteer_patrols",
        "city_population_registered",
    ],
)
@pytest.mark.parametrize("district", DISTRICT_FILES)
def test_a_districts_file_of_something_else_is_refused(warehouse, real_files, source_id, district):
    path = real_files / DISTRICT_FILES[district]

    with pytest.raises(DeliveryRefused) as refused:
        ingest_file(source_id, path, "2023")

    assert refused.value.code in ("wrong_columns", "wrong_format", "wrong_sheets")
    assert str(refused.value).endswith(".")


def test_street_lamps_by_station_are_not_security_lights(warehouse, real_files):
    path = real_files / "streetlight/부산광역시_가로등현황_관리부서별.csv"

    with pytest.raises(DeliveryRefused):
        ingest_file("district_security_lights", path)


def test_a_register_of_child_zones_is_no_register_of_bells_or_lights(warehouse, real_files):
    for source_id in ("district_safety_bells", "district_security_lights"):
        with pytest.raises(DeliveryRefused):
            ingest_file(source_id, real_files / ZONES)


def test_a_districts_small_workbook_keeps_its_total_apart(warehouse, real_files):
    report = ingest_file("district_cctv", real_files / DISTRICT_FILES["사하구"])

    cameras = one(
        warehouse,
        "select sum(camera_count) filter (where 'total' = any(_flags)),"
        " sum(camera_count) filter (where not coalesce('total' = any(_flags), false)),"
        " min(installed_month)::text from raw.current_district_cctv"
        " where register = 'district_own' and district_code = '26380'",
    )
    assert report.rows_loaded == 7
    assert cameras == (6, 6, "2017-08-01")
