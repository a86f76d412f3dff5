"""The districts' feeds and the KOSIS table: read by their forms, with what was planted."""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache

import pytest

from busan_safety.connectors import DeliveryRefused
from busan_safety.connectors.gateway import read_page
from busan_safety.connectors.other_answers import read_kosis
from busan_safety.sources import get_source
from busan_safety.sources.reference import districts
from busan_sandbox import bells, child_zones, city, district_feeds, kosis, lights, volunteers
from busan_sandbox.api import Agencies
from busan_sandbox.facilities import route_files, routes
from busan_sandbox.files import Delivery, csv_bytes
from busan_sandbox.messages import Request
from busan_sandbox.options import Month, Options
from busan_sandbox.ordinances import ordinance_answers
from busan_sandbox.truth import Truth

from .delivered import Reading, misfits, read_delivery, read_items, table

KEY = "a-key/with+signs=="
OPTIONS = Options()


@lru_cache(maxsize=1)
def delivered() -> tuple[dict[str, Delivery], Counter[str]]:
    truth = Truth()
    found = {one.path: one for _, one in district_feeds.deliveries(OPTIONS, truth)}
    return found, truth.planted


def tables(prefix: str) -> dict[str, list[dict[str, str]]]:
    """Return the tables of an interface by the seven-digit code in their names."""
    found, _ = delivered()
    start = f"api/{prefix}_"
    return {
        path.removeprefix(start).removesuffix(".json"): table(one)
        for path, one in found.items()
        if path.startswith(start)
    }


def files(word: str) -> dict[str, list[Delivery]]:
    """Return the dropped files whose name has a word in it, by the district's code."""
    found, _ = delivered()
    codes = {district.instt_code: district.code for district in city.districts()}
    sorted_files: dict[str, list[Delivery]] = {}
    for path, one in found.items():
        if path.startswith("districts/") and word in path:
            sorted_files.setdefault(codes[path.split("/")[1]], []).append(one)
    return sorted_files


@lru_cache(maxsize=1)
def patrol_logs() -> list[tuple[str, Reading]]:
    """Return every log as it was read, with the code of its district."""
    return [
        (code, read_delivery("district_volunteer_patrols", one, code))
        for code, logs in files("자율방범대").items()
        for one in logs
    ]


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Agencies:
    state = tmp_path_factory.mktemp("state")
    found, _ = delivered()
    for path, one in {**found, **_kosis()}.items():
        if path.startswith("api/"):
            target = state / path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(one.content)
    return Agencies(state, KEY, (*district_feeds.ENDPOINTS, kosis.ENDPOINT))


def _kosis() -> dict[str, Delivery]:
    one = kosis.registered_population_answers(OPTIONS)
    return {one.path: one}


def asked(agencies: Agencies, source_id: str, scope: str, **more: str) -> bytes:
    """Return the body that a source's request for a district gets."""
    transport = get_source(source_id).transport
    given = {**districts()[scope].placeholders, **more}
    query = {name: value.format(**given) for name, value in transport.params.items()}
    if transport.kind == "standard_data":
        query["instt_code"] = given["instt_code"]
    query |= {"numOfRows": str(transport.page_size), "serviceKey": KEY, "apiKey": KEY, **more}
    return agencies.answer(Request(f"/{transport.path}", query)).body


def check(reading: Reading) -> Reading:
    """Fail where a row is refused or a value does not fit its column."""
    assert not reading.rejected
    assert not misfits(reading)
    return reading


def test_every_publishers_child_zones_are_read_by_their_form() -> None:
    _, planted = delivered()
    read = {
        code: check(read_items("district_child_zones", rows))
        for code, rows in tables("child_zones").items()
        if code != "4000000"
    }

    assert sum(len(one.rows) for one in read.values()) == planted["district_child_zones.rows"]
    assert planted["district_child_zones.rows"] == 809
    for code, one in read.items():
        (district_code,) = one.counted("district_code")
        assert districts()[str(district_code)].instt_code == code
    rows = [row for one in read.values() for row in one.rows]
    assert sum(row["cctv_count"] is None for row in rows) == 232
    assert sum(row["road_width"] is None for row in rows) == 234
    assert all(row["station_code"] for row in rows)


def test_a_road_width_that_is_a_range_has_two_bounds() -> None:
    _, planted = delivered()
    rows = [
        row
        for code, zones in tables("child_zones").items()
        if code != "4000000"
        for row in read_items("district_child_zones", zones).rows
    ]
    apart = [row for row in rows if row["road_width_min_m"] != row["road_width_max_m"]]

    assert len(apart) == planted["district_child_zones.width_ranges"] > 200
    assert all((row["road_width"] is None) == (row["road_width_min_m"] is None) for row in rows)
    assert {"road_width_min_m": "12.3", "road_width_max_m": "29.5"}.items() <= next(
        row for row in apart if row["road_width"] == "12.3~29.5"
    ).items()


def test_the_file_of_the_whole_country_gives_only_busans_zones() -> None:
    everyone = [row for rows in tables("child_zones").values() for row in rows]
    lines = [list(child_zones.FIELDS.values())]
    lines += [[row[name] for name in child_zones.FIELDS] for row in everyone]
    whole = Delivery("전국어린이보호구역표준데이터.csv", csv_bytes(lines, "cp949"))

    reading = check(read_delivery("district_child_zones", whole))

    assert len(reading.rows) == 809
    assert reading.tally.out_of_scope == 2
    assert reading.counted("district_code").total() == 809
    assert len(reading.counted("district_code")) == 16
    assert "부산동" not in "".join(row["lot_address"] or "" for row in reading.rows)


def test_child_zones_have_the_registers_spellings() -> None:
    rows = [row for zones in tables("child_zones").values() for row in zones]
    stations = {row["cmptncPolcsttnNm"] for row in rows}

    assert {
        "부산광역시 해운대경찰서",
        "부산진경찰서",
        "부산 연제경찰서",
        "영도경찰서",
        "부산동부경찰서/초량지구대",
    } <= stations
    assert "부산수영경찰서" not in stations  # not open yet
    assert [row["insttNm"] for row in rows if row["institutionNm"] == "부산공역시 동구청"] == [
        "부산광역시 동구"
    ]
    assert len({row["referenceDate"] for row in rows}) >= 14
    named = Counter((row["trgetFcltyNm"], row["rdnmadr"]) for row in rows)
    assert sum(count > 1 for count in named.values()) == 3


def test_suyeong_station_is_named_once_it_is_open() -> None:
    planted: Counter[str] = Counter()
    later = child_zones.child_zone_answers(Options(last=Month(2025, 12)), planted)
    zones = next(table(one) for one in later if one.path.endswith("3380000.json"))

    assert {row["cmptncPolcsttnNm"] for row in zones} == {"부산수영경찰서"}


def test_bells_are_read_with_their_defects() -> None:
    _, planted = delivered()
    found, _ = delivered()
    reading = check(read_items("district_safety_bells", table(found["api/safety_bells.json"])))
    outside = [row for row in reading.rows if not 128.7 < float(row["longitude"] or 0) < 129.35]

    assert len(reading.rows) == planted["district_safety_bells.rows"] == 682
    assert len(reading.counted("district_code")) == 16
    assert len(outside) == planted["district_safety_bells.longitude_outside"] == 2
    spelled = reading.counted("institution_name")
    assert spelled["서구청 문화관광과"] == 2
    assert any(
        "동구" in str(row["road_address"]) and "동구 " not in str(row["road_address"])
        for row in reading.rows
    )
    assert reading.counted("road_address")["부산광역시"] == 1


def test_a_districts_bells_come_in_pages_of_a_hundred(agencies: Agencies) -> None:
    counts = Counter(
        row["OPN_ATMY_GRP_CD"] for row in table(delivered()[0]["api/safety_bells.json"])
    )
    success = get_source("district_safety_bells").transport.success
    pages = [
        read_page(asked(agencies, "district_safety_bells", "26440", pageNo=str(n)), success)
        for n in (1, 2)
    ]

    assert [len(page.items) for page in pages] == [100, counts["3360000"] - 100]
    assert pages[0].total == counts["3360000"]


@pytest.mark.parametrize("district", ["26350", "26500"])
def test_two_envelopes_give_the_same_kind_of_items(agencies: Agencies, district: str) -> None:
    body = asked(agencies, "district_child_zones", district, pageNo="1")
    page = read_page(body, get_source("district_child_zones").transport.success)

    assert ("response" in json.loads(body)) == (district == "26350")
    assert page.total == len(page.items) == len(tables("child_zones")[page.items[0]["insttCode"]])
    check(read_items("district_child_zones", page.items, district))


def test_lights_of_all_districts_are_read_from_interface_and_files() -> None:
    _, planted = delivered()
    feed = "district_security_lights"
    by_district = {
        str(code): check(read_items(feed, rows)) for code, rows in tables("security_lights").items()
    }
    own = files("보안등")
    assert set(own) == {lights.CSV_DISTRICT, lights.XLSX_DISTRICT}
    assert set(own) == set(get_source(feed).transport.exceptions)
    read = [check(read_delivery(feed, one, code)) for code, (one,) in own.items()]

    assert [one.form for one in by_district.values()] == ["standard"] * 14
    assert [one.form for one in read] == ["district_own", "standard"]
    everything = [*by_district.values(), *read]
    assert sum(len(one.rows) for one in everything) == planted[f"{feed}.rows"]
    assert sum(one.totals for one in everything) == planted[f"{feed}.totals"] == 1
    rows = [row for one in everything for row in one.rows]
    assert len({row["district_code"] for row in rows}) == 16
    swapped = [row for row in rows if float(row["latitude"] or 0) > 100]
    assert len(swapped) == planted[f"{feed}.swapped_coordinates"] > 0
    assert all(row["installed_year"] != "0" for row in rows)
    assert {row["inspection_result"] for row in read[1].rows} == {"정상", "고장"}


def test_lights_scale_with_the_city() -> None:
    tenth: Counter[str] = Counter()
    for one in lights.light_answers(Options(scale=0.1), tenth):
        del one
    _, fiftieth = delivered()

    # 0.1 of 14 districts against 0.02 of 16, where no district falls below the floor.
    assert tenth["district_security_lights.rows"] > 4 * fiftieth["district_security_lights.rows"]


def test_every_districts_patrol_log_is_read_whatever_its_headers() -> None:
    _, planted = delivered()
    feed = "district_volunteer_patrols"
    read = patrol_logs()

    assert len({code for code, _ in read}) == 16
    assert not any(one.rejected for _, one in read)
    misfit = [found for _, one in read for found in misfits(one)]
    assert [text for _, column, text in misfit] == ["2024-02-30"] * planted[
        f"{feed}.impossible_days"
    ]
    assert sum(len(one.rows) for _, one in read) == (
        planted[f"{feed}.rows"] + planted[f"{feed}.duplicates"]
    )
    assert sum(one.totals for _, one in read) == planted[f"{feed}.totals"]
    for code, one in read:
        assert set(one.counted("district_code")) == {code}
        assert all(60 <= float(row["patrol_minutes"] or 0) <= 150 for row in one.rows)
        assert all(int(row["member_count"] or 0) >= 4 for row in one.rows)


def test_no_volunteers_name_or_telephone_reaches_a_stored_column() -> None:
    feed = get_source("district_volunteer_patrols")
    stored = {column.name for column in feed.stored_columns}
    assert not stored & {"leader_name", "leader_phone"}
    for _, one in patrol_logs():
        text = " ".join(str(row[name]) for row in one.rows for name in stored)
        assert "모의조장" not in text and "010-" not in text


def test_headers_of_patrol_logs_differ_by_district() -> None:
    headers = {tuple(style) for style in volunteers._STYLES}

    assert len(headers) == 4
    assert all(len(set(one) & set(other)) <= 1 for one in headers for other in headers - {one})


def test_one_ordinance_comes_as_an_object_and_none_as_an_empty_text(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    early = ordinance_answers(
        Options(first=Month(2022, 1), last=Month(2022, 6)), planted := Counter()
    )
    assert 0 < planted["district_ordinances.districts"] < 16
    state = tmp_path_factory.mktemp("early")
    (state / "api").mkdir()
    (state / early.path).write_bytes(early.content)
    agencies = Agencies(state, KEY, district_feeds.ENDPOINTS)
    counts = Counter(row["INSTT_CODE"] for row in table(early))
    shapes = set()
    for code in districts():
        body = asked(agencies, "district_ordinances", code, pageNo="1")
        items = json.loads(body)["response"]["body"]["items"]
        page = read_page(body, ["00"])
        assert len(page.items) == counts[districts()[code].instt_code]
        shapes.add("" if items == "" else type(items["item"]).__name__)
        if page.items:
            check(read_items("district_ordinances", page.items, code))

    assert {"", "dict"} <= shapes


def test_all_sixteen_districts_have_enacted_by_january_2024() -> None:
    rows = table(ordinance_answers(Options(last=Month(2024, 1)), Counter()))
    reading = check(read_items("district_ordinances", rows))
    enacted = [row for row in reading.rows if row["revision_kind"] == "제정"]

    assert Counter(row["district_code"] for row in enacted) == dict.fromkeys(districts(), 1)
    assert max(row["promulgated_on"] or "" for row in enacted) == "2024-01-31"
    assert {row["revision_kind"] for row in table_rows()} == {"제정", "일부개정"}


def table_rows() -> list[dict[str, str | None]]:
    return read_items("district_ordinances", table(delivered()[0]["api/ordinances.json"])).rows


def test_registered_population_is_the_sum_of_its_parts(agencies: Agencies) -> None:
    body = asked(agencies, "city_population_registered", "26110", period="202412")
    reading = check(read_items("city_population_registered", read_kosis(body, []).items))
    persons = {
        (row["district_code"], row["item_name"]): int(row["persons"] or 0) for row in reading.rows
    }
    city_row = {
        record.values[reading.columns.index("item_name")]: record.values[
            reading.columns.index("persons")
        ]
        for record in reading.records
        if "total" in record.flags
    }

    assert len(reading.records) == 17 * 3
    assert len({code for code, _ in persons}) == 16
    assert set(reading.counted("month")) == {"2024-12-01"}
    for item in ("총인구수", "남자인구수", "여자인구수"):
        assert int(city_row[item] or 0) == sum(persons[code, item] for code in districts())
    for code in districts():
        assert (
            persons[code, "총인구수"] == persons[code, "남자인구수"] + persons[code, "여자인구수"]
        )
    # The published registered total of the month; residents are 0.4 % fewer.
    assert int(city_row["총인구수"] or 0) == pytest.approx(3_266_598, rel=0.001)


def test_a_month_before_the_span_has_no_data(agencies: Agencies) -> None:
    body = asked(agencies, "city_population_registered", "26110", period="201001")

    assert json.loads(body)["err"] == "30"
    assert read_kosis(body, []).items == []


def test_the_same_options_give_the_same_bytes_and_another_seed_others() -> None:
    def content(options: Options) -> dict[str, bytes]:
        return {one.path: one.content for _, one in district_feeds.deliveries(options, Truth())}

    first = content(OPTIONS)

    assert first == {path: one.content for path, one in delivered()[0].items()}
    other = content(Options(seed=1))
    assert {path for path in first if first[path] == other.get(path)} == {
        "api/child_zones_4000000.json"  # written out, not drawn
    }


@pytest.mark.parametrize("last", [Month(2023, 1), Month(2023, 8)])
def test_any_span_can_be_generated_and_read(last: Month) -> None:
    options = Options(scale=0.001, first=Month(2023, 1), last=last)
    codes = {district.instt_code: district.code for district in city.districts()}
    read = 0
    for _, one in district_feeds.deliveries(options, Truth()):
        if "자율방범대" in one.path:
            read += len(
                read_delivery("district_volunteer_patrols", one, codes[one.path.split("/")[1]]).rows
            )

    assert read > 16


def test_a_file_of_another_feed_is_refused() -> None:
    (log,) = files("자율방범대")["26110"][:1]

    for feed in ("district_security_lights", "district_child_zones", "district_safety_bells"):
        with pytest.raises(DeliveryRefused):
            read_delivery(feed, log, "26110")


def test_bell_fields_and_headers_are_both_known() -> None:
    known = get_source("district_safety_bells").header_map
    from busan_safety.sources.model import squash

    assert all(known[squash(a)] == known[squash(b)] for a, b in bells.FIELDS.items())


def test_route_registers_say_how_many_lamps_worked() -> None:
    read = [
        check(read_delivery("district_safe_routes", one))
        for one in route_files(OPTIONS, routes(OPTIONS))
    ]
    rows = [row for one in read for row in one.rows]
    inspected = [row for row in rows if row["lamps_inspected_on"]]

    assert len(rows) == 151 > len(inspected) > 120
    passed = sum(int(row["lamp_passed_count"] or 0) for row in inspected)
    asked_for = sum(int(row["lamp_inspected_count"] or 0) for row in inspected)
    assert 0.93 < passed / asked_for < 0.99
