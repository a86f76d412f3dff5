"""File drops and inventories: forms, totals, and the quirks that were asked for."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from busan_sandbox import city as facts
from busan_sandbox.cameras import FIELDS, FILE_DISTRICTS, MINIMUM_SITES
from busan_sandbox.crime import crimes_of_year, station_figures
from busan_sandbox.facilities import ROUTE_HEADER, routes, treated_dongs
from busan_sandbox.files import xlsx_bytes
from busan_sandbox.options import Month, Options
from busan_sandbox.projection import to_utmk

from .conftest import City, read_csv


def number(text: str) -> int:
    return int(text.replace(",", ""))


def population_rows(city: City) -> list[tuple[Path, list[list[str]]]]:
    folder = city.drop / "city/population"
    return [(path, read_csv(path, "utf-8-sig")) for path in sorted(folder.iterdir())]


def route_rows(city: City) -> list[list[str]]:
    rows = []
    for position, district in enumerate(facts.districts()):
        (path,) = (city.drop / "districts" / district.instt_code).glob("safe_routes_*.csv")
        read = read_csv(path, "cp949" if position % 2 else "utf-8-sig")
        assert tuple(read[0]) == ROUTE_HEADER
        rows += read[1:]
    return rows


def test_population_has_a_file_each_half_year(city: City) -> None:
    names = [path.name for path, _ in population_rows(city)]

    assert names == [
        f"{year}_{half}_half_registered_population_and_household_monthly.csv"
        for year in (2023, 2024)
        for half in ("first", "second")
    ]


def test_sixteen_districts_sum_to_the_city_in_every_month(city: City) -> None:
    checked = 0
    for _, rows in population_rows(city):
        by_code = {row[0]: row for row in rows[3:]}
        districts = [by_code[f"{d.code}00000"] for d in facts.districts()]
        for column, measure in enumerate(rows[2]):
            if measure in ("총 거주자수", "세대수", "남자 인구수", "여자 인구수"):
                total = number(by_code["2600000000"][column])
                assert total == sum(number(row[column]) for row in districts)
                checked += 1
    assert checked == 24 * 4


def test_population_form_is_the_ministrys(city: City) -> None:
    path, rows = population_rows(city)[0]

    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows[0][:2] == ["※ 매월 말일자 통계 현황", "Unnamed: 1"]
    assert rows[1][2:9] == ["2023년01월", "", "", "", "", "", "2023년02월"]
    assert {len(row) for row in rows} == {2 + 6 * 6}
    by_name = {row[1]: row for row in rows[3:]}
    assert "부산광역시  " in by_name
    assert "서울특별시 중구 " in by_name
    assert "대구광역시 서구 " in by_name
    assert by_name["부산광역시  "][2] == "3,301,732"
    assert by_name["부산광역시  "][4] == "          2.14"
    assert by_name["강원도  "][-6:] == [""] * 6
    assert by_name["강원특별자치도  "][2:8] == [""] * 6


def test_population_follows_the_published_trend() -> None:
    # Months between the anchors, from the published series.
    published = {(2023, 3): 3_299_331, (2024, 3): 3_273_478, (2025, 9): 3_235_149}

    for (year, month), residents in published.items():
        figures = facts.residents(facts.CITY_CODE, Month(year, month))
        assert figures is not None
        assert figures.residents == pytest.approx(residents, rel=0.001)


def test_region_file_is_wide_and_drifts_in_2024(city: City) -> None:
    folder = city.drop / "police/crime_region"
    old, new = (
        read_csv(folder / f"경찰청_범죄 발생 지역별 통계_{year}1231.csv", "cp949")
        for year in (2023, 2024)
    )

    for rows in (old, new):
        assert len(rows) == 1 + 38
        assert {len(row) for row in rows} == {2 + 247}
    assert {"부산중구", "서울중구", "대구중구", "외국미국"} <= set(old[0])
    assert {"부산 중구", "서울 중구", "대구 중구", "외국 미국"} <= set(new[0])
    assert {row[1] for row in new} - {row[1] for row in old} == {"기타 강간/강제추행등"}
    assert b"\r\n" in (folder / "경찰청_범죄 발생 지역별 통계_20231231.csv").read_bytes()


def test_yearly_crime_keeps_the_real_magnitude(city: City) -> None:
    path = city.drop / "police/crime_region/경찰청_범죄 발생 지역별 통계_20231231.csv"
    rows = read_csv(path, "cp949")
    busan = [i for i, name in enumerate(rows[0]) if name.startswith("부산")]

    total = sum(int(row[i]) for row in rows[1:] for i in busan)

    assert len(busan) == 16
    assert total == pytest.approx(113_471, rel=0.03)


def test_station_and_district_series_agree_for_the_city_but_not_for_a_station() -> None:
    options = Options()
    crimes = crimes_of_year(options, 2023)
    theft = [row["class_middle"] for row in facts.table("crime_classes")].index("절도범죄")
    figures = station_figures(options, 2023)

    by_station = sum(counts["절도"] for counts in figures.values())

    assert len(figures) == 15
    assert by_station == pytest.approx(int(crimes[theft].sum()), rel=0.01)
    nam = [d.name for d in facts.districts()].index("남구")
    assert figures["남부"]["절도"] > 1.2 * crimes[theft, nam]


def test_suyeong_station_counts_only_the_rest_of_2025() -> None:
    options = Options(last=Month(2026, 12))
    before, opening, after = (station_figures(options, year) for year in (2024, 2025, 2026))

    assert "수영" not in before
    assert len(opening) == len(after) == 16
    assert 0.3 < opening["수영"]["절도"] / after["수영"]["절도"] < 0.55
    assert after["남부"]["절도"] < before["남부"]["절도"]


def test_station_tables_drift_and_one_has_a_total_row(city: City) -> None:
    old, new = (table["data"] for table in city.api("stations"))

    assert ",".join(old[0]) == "연번,지역,구분,살인,강도, 성범죄,절도,폭력,합계"
    assert ",".join(new[0]) == "경찰서,살인,강도,강간(강제추행),절도,폭력,합계"
    assert "합계" not in [row["지역"] for row in old]
    assert new[-1]["경찰서"] == "합계"
    assert new[-1]["절도"] == sum(row["절도"] for row in new[:-1])
    parts = ("살인", "강도", "강간(강제추행)", "절도", "폭력")
    assert all(row["합계"] == sum(row[part] for part in parts) for row in new)


def test_fatal_accidents_keep_the_published_form(city: City) -> None:
    path = city.drop / "police/fatal_accidents/도로교통공단_사망교통사고정보_2023.csv"
    header, *rows = read_csv(path, "utf-8-sig")
    records = [dict(zip(header, row, strict=True)) for row in rows]
    busan = [record for record in records if record["발생지시도"] == "부산"]

    assert 80 < len(busan) < 145
    assert len(records) > 2000
    assert {r["발생지시군구"] for r in busan} <= {d.name for d in facts.districts()}
    assert any(r["발생년월일시"].endswith(" 3:00") for r in records)
    assert all(int(r["사망자수"]) >= 1 for r in records)
    assert "중구" in {r["발생지시군구"] for r in records if r["발생지시도"] != "부산"}
    for record in busan:
        x, y = to_utmk(float(record["경도"]), float(record["위도"]))
        assert abs(x - float(record["발생위치X(UTMK)"])) <= 1
        assert abs(y - float(record["발생위치Y(UTMK)"])) <= 1


@pytest.mark.parametrize(
    ("longitude", "latitude", "x", "y"),
    [
        (128.5781516, 36.13265309, 1097010.0, 1793385.0),
        (126.4082005, 36.61684533, 902369.0, 1847109.0),
        (126.7451323, 37.81833887, 933561.0, 1980113.0),
    ],
)
def test_projection_agrees_with_published_pairs(
    longitude: float, latitude: float, x: float, y: float
) -> None:
    assert to_utmk(longitude, latitude) == pytest.approx((x, y), abs=0.5)


def test_there_are_151_routes_in_sixteen_files(city: City) -> None:
    rows = route_rows(city)

    assert len(rows) == 151
    assert len({row[0] for row in rows}) == 151
    assert {row[3] for row in rows} == {d.code for d in facts.districts()}
    dongs = {dong.code: dong for dong in facts.dongs()}
    assert all(dongs[row[5]].district_code == row[3] for row in rows)
    assert all(float(row[7]) > 0 for row in rows)


def test_routes_are_not_scaled_away() -> None:
    assert len(routes(Options(scale=0.001))) == 151


def test_works_lie_around_the_middle_and_make_the_treated_dongs(city: City) -> None:
    rows = [row for row in route_rows(city) if row[16]]
    first: dict[str, str] = {}
    for row in rows:
        day = row[16].replace(".", "").replace("-", "")
        first[row[5]] = min(first.get(row[5], day), day)

    truth = {code: day.replace("-", "") for code, day in city.truth["treated_dongs"].items()}

    assert first == truth
    assert min(first.values()) >= "20231101"
    assert max(first.values()) <= "20240229"
    assert 40 <= len(rows) <= 80
    assert len({code[:5] for code in first}) == 16


@pytest.mark.parametrize("last", [Month(2023, 1), Month(2023, 3), Month(2025, 6)])
def test_works_lie_inside_any_span(last: Month) -> None:
    options = Options(last=last)

    days = treated_dongs(routes(options)).values()

    assert options.first.first_day < min(days)
    assert max(days) < options.last.last_day


def test_there_are_617_schools_of_three_levels(city: City) -> None:
    schools = city.api("schools")

    assert Counter(row["SCHUL_KND_SC_NM"] for row in schools) == {
        "초등학교": 303,
        "중학교": 171,
        "고등학교": 143,
    }
    assert len({row["SD_SCHUL_CODE"] for row in schools}) == 617
    assert len({row["SCHUL_NM"] for row in schools}) == 617
    assert all(row["ORG_RDNMA"].startswith("부산광역시 ") for row in schools)


def camera_sites(city: City) -> dict[str, list[dict[str, object]]]:
    """Return the sites of each district under the Korean headers, from interface and files."""
    found: dict[str, list[dict[str, object]]] = {}
    for district in facts.districts():
        if district.code not in FILE_DISTRICTS:
            rows = city.api(f"cctv_{district.instt_code}")
            found[district.code] = [{FIELDS[name]: row[name] for name in row} for row in rows]
            continue
        (path,) = (city.drop / "districts" / district.instt_code).glob("*CCTV*")
        if path.suffix == ".csv":
            header, *lines = read_csv(path, "cp949")
            found[district.code] = [dict(zip(header, line, strict=True)) for line in lines]
        else:
            sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
            _, names, *values = sheet.to_python()
            found[district.code] = [
                dict(zip((str(name) for name in names), row, strict=True)) for row in values
            ]
    return found


def test_every_district_has_at_least_twenty_camera_sites(city: City) -> None:
    sites = camera_sites(city)

    assert len(sites) == 16
    assert min(len(rows) for rows in sites.values()) > MINIMUM_SITES
    assert sum(len(rows) for rows in sites.values()) == (
        city.truth["planted"]["cctv_sites"] + city.truth["planted"]["cctv_duplicates"]
    )


def test_camera_sites_scale_to_the_real_number() -> None:
    total = sum(district.camera_sites for district in facts.districts())

    assert total == 15_737


def test_institutions_are_spelled_in_twenty_ways(city: City) -> None:
    names = {str(row["관리기관명"]) for rows in camera_sites(city).values() for row in rows}

    assert len(names) == 20
    assert {"부산광역시(자연재난과) 부산진구청", "기장군", "부산광역시 사상구"} <= names


def test_camera_coordinates_have_the_published_faults(city: City) -> None:
    sites = camera_sites(city)
    swapped = [row for row in sites["26470"] if float(str(row["위도"])) > 100]

    assert len(swapped) >= 2
    assert "35.174535.1741" in {str(row["위도"]) for row in sites["26350"]}
    assert "129226015" in {str(row["경도"]) for row in sites["26260"]}
    assert "0.0" in {str(row["위도"]) for row in sites["26500"]}


def test_own_files_of_districts_have_a_merged_title_in_xlsx(city: City) -> None:
    for code in ("3340000", "3390000"):
        (path,) = (city.drop / "districts" / code).glob("*CCTV*.xlsx")
        sheet = openpyxl.load_workbook(path).worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))

        assert str(sheet.merged_cells) == "A1:N1"
        assert str(rows[0][0]).endswith("CCTV 통합관제센터 설치 현황")
        assert rows[0][1:] == (None,) * 13
        assert rows[1][:2] == ("번호", "관리기관명")
        assert isinstance(rows[2][5], int)


def test_xlsx_has_no_clock_in_it_and_keeps_text() -> None:
    rows = [["이름", "수"], ["<&>", 3], [None, 1.5]]
    content = xlsx_bytes("시트", "제목", rows)

    assert content == xlsx_bytes("시트", "제목", rows)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("시트")
    assert sheet.to_python() == [["제목", ""], ["이름", "수"], ["<&>", 3.0], ["", 1.5]]


def test_living_lab_lists_projects_up_to_the_end_of_the_span(city: City) -> None:
    projects = city.api("living_lab")

    assert len({row["PRJ_ID"] for row in projects}) == len(projects) == 14
    assert {row["STAGE_NM"] for row in projects} == {"종료"}
    assert all(0 <= row["CTZN_SCORE"] <= 100 for row in projects)
    assert any("," in str(row["BUDGET_AMT"]) for row in projects)
    assert len({str(row["GUGUN_NM"]).split(" ")[0] for row in projects}) > 2
