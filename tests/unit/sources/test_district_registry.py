"""Feeds of the districts, of the education office and of KOSIS: what their files declare."""

import re
from pathlib import Path

import openpyxl
import pytest

import busan_safety
from busan_safety.connectors import DeliveryRefused
from busan_safety.connectors.records import Context, Record, Tally, read_records
from busan_safety.connectors.table import open_table
from busan_safety.sources import all_sources, get_source
from busan_safety.sources.feed_pages import feed_page
from busan_safety.sources.reference import districts
from busan_safety.sources.registry_reader import REGISTRY, read_source

PRODUCT = Path(busan_safety.__file__).parent

FEEDS = [
    "city_population_registered",
    "district_child_zones",
    "district_ordinances",
    "district_safety_bells",
    "district_security_lights",
    "district_volunteer_patrols",
    "education_prevention_sessions",
    "education_school_violence",
]

# What the catalogue of indicators takes from these feeds.
NEEDED = {
    "safe_route_lamp_working_share": (
        "district_safe_routes",
        {"district_code", "lamps_inspected_on", "lamp_inspected_count", "lamp_passed_count"},
    ),
    "working share of all lights": (
        "district_security_lights",
        {"district_code", "light_count", "last_inspected_on", "inspection_result"},
    ),
    "volunteer_patrol_hours_rate": (
        "district_volunteer_patrols",
        {"district_code", "patrolled_on", "patrol_minutes", "is_joint"},
    ),
    "school_violence_victim_rate": (
        "education_school_violence",
        {"district_code", "school_level", "survey_year", "victim_count", "respondent_count"},
    ),
    "school_zone_child_accidents_rate": (
        "district_child_zones",
        {"district_code", "facility_kind", "latitude", "longitude", "reference_date"},
    ),
    "ordinance_enacted_count": (
        "district_ordinances",
        {"district_code", "revision_kind", "promulgated_on", "in_force_on"},
    ),
    "child abuse prevention sessions": (
        "education_prevention_sessions",
        {"district_code", "topic", "held_on", "pupil_count", "is_joint_with_police"},
    ),
    "denominators on the registered basis": (
        "city_population_registered",
        {"district_code", "month", "item_name", "persons"},
    ),
}


def read(source_id, path, scope=None):
    """Return ([{column: text}], Tally) of a file, totals included."""
    source = get_source(source_id)
    opened = open_table(source, path)
    tally = Tally()
    names = [column.name for column in source.columns]
    context = Context("2023", scope)
    records = list(read_records(source, opened.layout, opened.rows, context, tally))
    return [
        dict(zip(names, one.values, strict=True)) if isinstance(one, Record) else one.code
        for one in records
    ], tally


def write(path, text, encoding="cp949"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("indicator", NEEDED)
def test_the_columns_that_an_indicator_needs_reach_the_warehouse(indicator):
    source_id, columns = NEEDED[indicator]

    assert columns <= {column.name for column in get_source(source_id).stored_columns}


@pytest.mark.parametrize("source_id", FEEDS)
def test_a_closed_feed_has_our_interface_and_a_published_one_a_licence(source_id):
    source = get_source(source_id)

    assert (source.licence == "closed") == (source.interface == "ours")
    assert source.transport.is_folder or source.transport.quota


@pytest.mark.parametrize("source_id", FEEDS)
def test_names_and_private_telephones_are_dropped(source_id):
    for column in get_source(source_id).columns:
        if column.name in ("leader_name", "leader_phone", "instructor_name"):
            assert column.privacy == "drop"
        if column.privacy != "drop" and "phone" in column.name:
            assert column.holds == ["phone"] and "telephone" in column.description.en


def test_counts_of_children_who_suffered_are_never_published_as_they_come():
    source = get_source("education_school_violence")

    assert {
        name: source.column(name).privacy
        for name in ("victim_count", "reported_count", "respondent_count")
    } == {
        "victim_count": "restricted",
        "reported_count": "restricted",
        "respondent_count": "public",
    }


def test_each_district_sends_its_own_inventories():
    own = {one.id for one in all_sources().values() if one.transport.senders == "districts"}

    assert {name for name in FEEDS if name.startswith("district_")} <= own
    lights = get_source("district_security_lights").transport.exceptions
    assert set(lights) < set(districts())


def test_the_kosis_request_names_all_sixteen_districts_and_the_city():
    params = get_source("city_population_registered").transport.params

    codes = params["objL1"].split()
    assert codes[0] == "21"
    assert set(codes[1:]) == {district.kostat_code for district in districts().values()}


ZONES_HEADER = (
    "시설종류,대상시설명,소재지도로명주소,소재지지번주소,위도,경도,관리기관명,관할경찰서명,"
    "CCTV설치여부,CCTV설치대수,보호구역도로폭,데이터기준일자,제공기관코드,제공기관명\n"
)


def zone(width="6~8", office="부산광역시 동구청", code="3270000", name="부산광역시 동구"):
    return (
        f"유치원,모의유치원,{name} 모의로 1,,35.13,129.05,{office},부산동부경찰서/초량지구대,"
        f"Y,,{width},2026-01-13,{code},{name}\n"
    )


def test_a_child_zones_range_width_is_kept_as_text_and_as_two_numbers(tmp_path):
    path = write(
        tmp_path / "zones.csv",
        ZONES_HEADER + zone("12.3~29.5") + zone("7,30").replace("7,30", '"7,30"') + zone(""),
    )

    (ranged, unclear, missing), _ = read("district_child_zones", path)

    widths = ("road_width", "road_width_min_m", "road_width_max_m")
    assert [ranged[name] for name in widths] == ["12.3~29.5", "12.3", "29.5"]
    assert [unclear[name] for name in widths] == ["7,30", None, None]
    assert [missing[name] for name in widths] == [None, None, None]
    assert ranged["cctv_count"] is None and ranged["station_code"] == "dongbu"


def test_a_publishers_code_outweighs_a_misspelt_office_and_a_place_called_busan(tmp_path):
    text = ZONES_HEADER + zone(office="부산공역시 동구청")
    text += zone(code="4000000", name="경기도 오산시").replace("모의로 1", "부산동길 12")

    (row,), tally = read("district_child_zones", write(tmp_path / "zones.csv", text))

    assert row["district_code"] == "26170"
    assert tally.out_of_scope == 1


def test_a_publisher_that_nobody_knows_refuses_its_row_alone(tmp_path):
    text = ZONES_HEADER + zone() + zone(code="", office="모의구청", name="부산광역시 모의구")

    rows, _ = read("district_child_zones", write(tmp_path / "zones.csv", text))

    assert rows[0]["district_code"] == "26170"
    assert rows[1] == "unmapped_code"


@pytest.mark.parametrize(
    ("header", "cells", "minutes"),
    [
        ("순찰일자,자율방범대명,참여인원,순찰시간(분)", "2024-01-05,모의대,5,90", "90"),
        ("활동일,단체명,인원수,활동시간(시간)", "2024.1.5,모의대,5,1.5", "90"),
        ("일자,방범대명,참석 인원,소요시간", "20240105,모의대,5명,1시간 30분", "90"),
        ("순찰일,대명,인원(명),순찰시간", "2024년 1월 5일,모의대,5,01:30", "90"),
    ],
)
def test_a_patrol_lasts_as_long_whatever_the_district_writes(tmp_path, header, cells, minutes):
    path = write(tmp_path / "log.csv", f"{header}\n{cells}\n")

    (row,), _ = read("district_volunteer_patrols", path, "26110")

    assert row["patrol_minutes"] == minutes
    assert row["patrolled_on"] == "2024-01-05"
    assert (row["member_count"], row["district_code"]) == ("5", "26110")


def test_a_log_without_a_duration_is_refused_with_the_columns_name(tmp_path):
    path = write(tmp_path / "log.csv", "순찰일자,자율방범대명,참여인원\n2024-01-05,모의대,5\n")

    with pytest.raises(DeliveryRefused, match=r"순찰시간\(분\)"):
        read("district_volunteer_patrols", path, "26110")


def kosis_workbook(path, months=("2022.07",), names=("부산광역시", "　　　중구", "　　　기장군")):
    """Write a workbook as KOSIS does: merged headers, floats, a second sheet of notes."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "데이터"
    area = "행정구역(시군구)별"
    items = ("총인구수 (명)", "남자인구수 (명)", "여자인구수 (명)")
    sheet.append([area, *(month for month in months for _ in items)])
    sheet.append([area, *items * len(months)])
    for at, name in enumerate(names, 1):
        sheet.append([name, *(float(at * 100 + n) for n in range(3 * len(months)))])
    notes = book.create_sheet("메타정보")
    notes.append(["○ 통계표ID", "DT_1B040A3"])
    book.save(path)
    return path


def test_a_kosis_workbook_of_two_months_becomes_one_row_a_figure(tmp_path):
    path = kosis_workbook(tmp_path / "kosis.xlsx", ("2022.07", "2022.08"))

    rows, _ = read("city_population_registered", path)

    assert len(rows) == 3 * 2 * 3
    assert {row["month"] for row in rows} == {"2022-07-01", "2022-08-01"}
    assert {row["item_name"] for row in rows} == {"총인구수", "남자인구수", "여자인구수"}
    assert {row["area_name"]: row["district_code"] for row in rows} == {
        "부산광역시": None,
        "중구": "26110",
        "기장군": "26710",
    }
    assert rows[0]["persons"] == "100"


def test_a_kosis_figure_that_is_missing_is_not_zero(tmp_path):
    path = kosis_workbook(tmp_path / "kosis.xlsx")
    book = openpyxl.load_workbook(path)
    book["데이터"]["B4"] = "-"
    book.save(path)

    rows, _ = read("city_population_registered", path)

    jung = next(row for row in rows if row["area_name"] == "중구")
    assert jung["persons"] is None


def test_a_kosis_workbook_of_another_city_has_no_row_for_us(tmp_path):
    path = kosis_workbook(tmp_path / "kosis.xlsx", names=("서울특별시", "　　　종로구"))

    rows, tally = read("city_population_registered", path)

    assert tally.out_of_scope == 3
    assert rows == ["unmapped_code"] * 3
    # One place that nobody knows refuses the whole delivery: 중구 below Seoul is not Busan's.
    assert get_source("city_population_registered").contract.codes == "freeze"


def test_a_route_register_from_before_the_inspections_is_still_read(tmp_path):
    source = get_source("district_safe_routes")
    needed = [source.column(name).headers[0] for name in source.forms[0].requires]
    cells = {"SGG_CODE": "26110", "EMD_CODE": "2611051000", "LINK_LEN": "100"}
    line = ",".join(cells.get(name, "2024-01-01") for name in needed)

    (row,), _ = read(source.id, write(tmp_path / "routes.csv", f"{','.join(needed)}\n{line}\n"))

    assert "LAMP_CHCK_CNT" not in needed
    assert row["lamp_inspected_count"] is None


def test_no_module_of_the_product_names_a_feed():
    """What makes a feed one YAML file: nothing else in the product knows that it exists."""
    modules = [*PRODUCT.rglob("*.py"), *(PRODUCT.parents[1] / "dags").glob("*.py")]
    named = {
        f"{module.name}: {source_id}"
        for module in modules
        for source_id in all_sources()
        if re.search(rf"\b{source_id}\b", module.read_text("utf-8"))
    }

    assert len(modules) > 50
    assert named == set()


def test_a_feed_of_a_known_kind_is_one_file(tmp_path):
    """A copy of the file under another id reads the sender's workbook with no other change."""
    known = (REGISTRY / "city_population_registered.yml").read_text("utf-8")
    path = tmp_path / "city_population_again.yml"
    path.write_text(
        known.replace("id: city_population_registered", "id: city_population_again"), "utf-8"
    )

    source = read_source(path)
    opened = open_table(source, kosis_workbook(tmp_path / "kosis.xlsx"))
    records = list(read_records(source, opened.layout, opened.rows, Context(None, None), Tally()))

    assert source.id == "city_population_again"
    assert opened.layout.form.id == "kosis_workbook"
    assert len(records) == 3 * 3
    assert "city_population_again" in feed_page(source)
