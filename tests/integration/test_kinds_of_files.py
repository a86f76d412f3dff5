"""Forms that agencies use beside the ones at hand, written here from their description."""

import pytest

from busan_safety.connectors import DeliveryRefused
from busan_safety.loading import ingest_file
from busan_safety.sources.reference import districts

DISTRICTS = [district.name_ko for district in districts().values()]
STATIONS = [
    *("중부", "서부", "동부", "영도", "부산진", "동래", "남부", "북부"),
    *("해운대", "사하", "금정", "강서", "연제", "수영", "사상", "기장"),
]


def write(path, text, encoding="cp949"):
    path.write_bytes(text.encode(encoding))
    return path


def test_the_citys_list_of_cameras_with_its_defects(warehouse, tmp_path):
    rows = [
        "1,중구,방범용,3250000-001,보수동,35.1034,129.0339",
        "2,연제구,방범용,3370000-001,연산동,129.0812,35.1745",
        "3,연제구,방범용,3370000-002,거제동,35.174535.1741,129.08",
        "4,금정구,방범용,3350000-001,구서동,35.2459,129.09",
        '5,해운대구,방범용,3330000-001,우동,"35.33593,",129.16',
        "6,기장군,방범용,3400000-001,정관읍,35.32,129226015",
    ]
    text = "연번,구군,장비종류,관리번호,시설명칭,위도,경도\n" + "\n".join(rows) + "\n"
    report = ingest_file(
        "district_cctv", write(tmp_path / "부산광역시_방범용CCTV 정보_20241231.csv", text)
    )
    assert (report.rows_loaded, report.rows_quarantined) == (6, 0)
    assert report.form_id == "busan_cameras"
    assert report.reasons == {
        "coordinates_swapped": 1,
        "coordinate_unreadable": 1,
        "coordinate_punctuation_dropped": 1,
        "coordinate_decimal_point_restored": 1,
    }
    points = warehouse.execute(
        "select district_code, latitude, longitude from raw.current_district_cctv"
        " where register = 'busan_cameras' order by _line"
    ).fetchall()
    assert points[1] == ("26470", 35.1745, 129.0812)
    assert points[2][1] is None
    assert points[5] == ("26710", 35.32, 129.226015)


def test_sixteen_stations_with_a_total_row(warehouse, tmp_path):
    rows = [f"{name},1,2,3,4,5,15" for name in STATIONS]
    text = "경찰서,살인,강도,강간(강제추행),절도,폭력,합계\n" + "\n".join(rows)
    text += "\n합계,16,32,48,64,80,240\n"
    path = write(
        tmp_path / "경찰청 부산광역시경찰청_경찰서별 5대 범죄 발생 현황_20251231.csv", text
    )
    report = ingest_file("police_crime_by_station", path)
    # 수영 opened within the year, 남부 and 연제 gave it their dongs.
    flags = {"total": 1, "part_period": 1, "boundary_changed": 2}
    assert (report.period, report.rows_loaded, report.reasons) == ("2025", 17, flags)
    stations = warehouse.execute(
        "select count(distinct station_code), sum(total) from raw.current_police_crime_by_station"
        " where year = 2025 and not coalesce('total' = any(_flags), false)"
    ).fetchone()
    assert stations == (16, 240)


@pytest.mark.parametrize("style", ["부산{}", "부산 {}", "부산광역시 {}"])
def test_regional_file_in_every_years_spelling(warehouse, tmp_path, style):
    places = ["서울중구", *(style.format(name) for name in DISTRICTS), "대구중구", "외국미국"]
    classes = ["강력범죄,기타 강간/강제추행등", "절도범죄,절도범죄"]
    lines = [f"{name}," + ",".join("3" for _ in places) for name in classes]
    text = "범죄대분류,범죄중분류," + ",".join(places) + "\n" + "\n".join(lines) + "\n"
    path = write(tmp_path / "경찰청_범죄 발생 지역별 통계_20241231.csv", text)
    report = ingest_file("police_crime_by_region", path)
    assert (report.rows_received, report.rows_quarantined) == (32, 0)
    assert report.rows_out_of_scope == 6


def test_a_regional_file_that_lacks_one_district_is_refused(warehouse, tmp_path):
    places = [f"부산{name}" for name in DISTRICTS if name != "기장군"]
    text = "범죄대분류,범죄중분류," + ",".join(places) + "\n절도범죄,절도범죄," + ",".join("1" * 15)
    with pytest.raises(DeliveryRefused, match="기장군"):
        ingest_file("police_crime_by_region", write(tmp_path / "x_20241231.csv", text))


def test_older_fatal_accident_file_with_other_headers(warehouse, tmp_path):
    header = (
        "발생년,발생년월일시,발생분,주야,요일,사망자수,사상자수,중상자수,경상자수,부상신고자수,"
        "발생지시도,발생지시군구,사고유형_대분류,사고유형_중분류,사고유형,법규위반_대분류,법규위반,"
        "도로형태_대분류,도로형태,당사자종별_1당_대분류,당사자종별_1당,당사자종별_2당_대분류,"
        "당사자종별_2당,발생위치X_UTMK,발생위치Y_UTMK,경도,위도"
    )
    row = (
        "2018,2018030507,25,주,월,1,1,0,0,0,{},{},차대사람,횡단중,횡단중,운전자법규위반,"
        "보행자보호의무위반,단일로,기타단일로,승용차,승용차,보행자,보행자,1141234,1685432,{},{}"
    )
    rows = [
        row.format("부산", "중구", "129.03", "35.10"),
        row.format("부산", "진구", "129.05", "35.16"),
        row.format("서울", "중구", "127.0", "37.5"),
    ]
    path = write(tmp_path / "fatal_2018.csv", "\n".join([header, *rows]) + "\n")
    report = ingest_file("police_fatal_accidents", path)
    assert (report.rows_loaded, report.rows_out_of_scope) == (2, 1)
    times = warehouse.execute(
        "select min(occurred_at at time zone 'Asia/Seoul')::text, array_agg(district_code order by"
        " district_code) from raw.current_police_fatal_accidents where accident_year = 2018"
    ).fetchone()
    assert times == ("2018-03-05 07:00:00", ["26110", "26230"])


def test_a_file_that_names_busan_but_holds_one_district_of_seoul_is_refused(warehouse, tmp_path):
    text = (
        "행정구역,2023년01월_거주자 인구수,2023년02월_거주자 인구수\n"
        '서울특별시 종로구 (1111000000),"141,000","141,200"\n'
    )
    path = write(tmp_path / "202301_202506_주민등록인구_부산.csv", text)
    with pytest.raises(DeliveryRefused, match="종로구") as refused:
        ingest_file("city_population", path)
    assert refused.value.code == "wrong_scope"


def test_residents_are_not_confused_with_another_basis(warehouse, tmp_path):
    text = '행정구역,2023년01월_총인구수\n부산광역시 중구 (2611000000),"39,333"\n'
    with pytest.raises(DeliveryRefused, match="총 거주자수"):
        ingest_file("city_population", write(tmp_path / "p.csv", text))


def test_a_lossy_re_save_is_refused(warehouse, tmp_path):
    text = "경찰서,살인,강도,성범죄,절도,폭력\n\ufffd\ufffd\ufffd,1,1,1,1,1\n"
    with pytest.raises(DeliveryRefused, match="FFFD"):
        ingest_file("police_crime_by_station", write(tmp_path / "s_2023.csv", text, "utf-8"))
