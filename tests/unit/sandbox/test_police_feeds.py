"""The police's feeds: every delivery is read by its form, and what is planted is there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from shapely import Point, from_wkt

from busan_sandbox import city, police_feeds
from busan_sandbox.accident_files import accident_files, file_years
from busan_sandbox.accidents import accidents_of_year
from busan_sandbox.apo import apo_files
from busan_sandbox.files import Delivery
from busan_sandbox.incident_files import incident_files
from busan_sandbox.keepers import keeper_files
from busan_sandbox.offices import office_answers
from busan_sandbox.options import Month, Options
from busan_sandbox.relational_files import relational_files
from busan_sandbox.sites import (
    all_sites,
)
from busan_sandbox.truth import Truth
from busan_sandbox.zones import zone_files

from .delivered import Reading, misfits, read_delivery, read_items

# A seed with which every fault occurs at this scale.
SPAN = Options(seed=1, scale=0.02, first=Month(2023, 11), last=Month(2024, 4))


class Delivered:
    """Everything that the feeds deliver for a span, by path, with the truth about it."""

    def __init__(self, options: Options) -> None:
        self.truth = Truth()
        self.files = {
            f"{root}/{delivery.path}": delivery
            for root, delivery in police_feeds.deliveries(options, self.truth)
        }

    def planted(self, feed: str) -> Counter[str]:
        prefix = f"{feed}."
        counts = self.truth.planted.items()
        return Counter({k.removeprefix(prefix): n for k, n in counts if k.startswith(prefix)})

    def of(self, folder: str) -> Iterator[Delivery]:
        return (file for path, file in self.files.items() if path.startswith(folder))

    def table(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.files[f"state/api/{name}.json"].content)
        return rows


@pytest.fixture(scope="module")
def delivered() -> Delivered:
    return Delivered(SPAN)


def read_all(source_id: str, files: Iterator[Delivery]) -> list[Reading]:
    return [read_delivery(source_id, file) for file in files]


def rows_of(readings: list[Reading]) -> list[dict[str, str | None]]:
    return [row for reading in readings for row in reading.rows]


def codes_of(readings: list[Reading]) -> Counter[str]:
    return Counter(one.code for reading in readings for one in reading.rejected)


def test_the_same_options_give_the_same_bytes(delivered: Delivered) -> None:
    again = Delivered(SPAN)

    assert again.files == delivered.files
    assert again.truth == delivered.truth
    one, other = (
        [
            file.content
            for file in incident_files(Options(seed=seed, last=Month(2023, 2)), Counter())
        ]
        for seed in (7, 8)
    )
    assert one != other


def test_incidents_of_every_month_are_read_by_their_form(delivered: Delivered) -> None:
    readings = read_all(
        "police_crime_incidents",
        (f for f in delivered.of("drop/police/crime_incidents") if not is_first_version(f)),
    )
    planted = delivered.planted("police_crime_incidents")

    assert len(readings) == 6
    assert codes_of(readings) == {"unmapped_code": planted["class_unknown"]} != {}
    rows = rows_of(readings)
    assert len(rows) == planted["rows"] - planted["class_unknown"] + planted["row_repeated"]
    assert [misfits(reading) for reading in readings] == [[]] * 6
    surplus = len(rows) - len({row["incident_id"] for row in rows})
    assert surplus == planted["row_repeated"] > 0
    swapped = sum(bool(row["latitude"]) and float(row["latitude"] or 0) > 100 for row in rows)
    assert swapped == planted["coordinates_swapped"] > 0
    outside = sum(not str(row["dong_code"]).startswith("26") for row in rows)
    assert outside == planted["dong_outside_busan"] > 0
    early = sum(
        row["cleared_on"] is not None and row["cleared_on"] < str(row["reported_at"])[:10]
        for row in rows
    )
    assert early == planted["cleared_before_reported"] > 0


def is_first_version(file: Delivery) -> bool:
    return file.path.endswith("crime_incidents_202401.csv")


def test_headers_of_incidents_change_in_2024_and_a_late_month_is_sent_anew(
    delivered: Delivered,
) -> None:
    folder = "drop/police/crime_incidents/crime_incidents"
    old, new = (delivered.files[f"{folder}_{m}.csv"].content for m in ("202312", "202402"))
    first = read_delivery("police_crime_incidents", delivered.files[f"{folder}_202401.csv"])
    corrected = read_delivery(
        "police_crime_incidents", delivered.files[f"{folder}_202401_정정.csv"]
    )

    assert old.decode("cp949").startswith("사건번호,발생일시,신고일시,죄종,관할서,")
    assert new.decode("cp949").startswith("사건번호,접수일시,발생일시,죄명(중분류),관할경찰서,")
    with pytest.raises(UnicodeDecodeError):
        old.decode("euc_kr")
    late = delivered.planted("police_crime_incidents")["late_rows"]
    ids = [{row["incident_id"] for row in reading.rows} for reading in (first, corrected)]
    assert ids[0] < ids[1]
    assert 0 < len(ids[1] - ids[0]) <= late


def test_an_incident_lies_in_the_zone_that_it_names_and_no_other(delivered: Delivered) -> None:
    file = next(f for f in delivered.of("drop/police/crime_zones") if "20240430" in f.path)
    outlines = {
        row["zone_id"]: from_wkt(row["geometry_wkt"])
        for row in read_delivery("police_crime_zones", file).rows
    }
    readings = read_all(
        "police_crime_incidents", delivered.of("drop/police/crime_incidents/crime_incidents_2024")
    )
    inside = 0
    for row in rows_of(readings):
        if not row["longitude"] or float(row["longitude"]) < 100:
            continue
        place = Point(float(row["longitude"]), float(row["latitude"] or 0))
        found = [zone_id for zone_id, outline in outlines.items() if outline.contains(place)]
        assert found == ([row["zone_id"]] if row["zone_id"] else [])
        inside += bool(found)
    assert inside > 50


def test_registers_of_zones_are_read_and_grow_by_the_works(delivered: Delivered) -> None:
    readings = read_all("police_crime_zones", delivered.of("drop/police/crime_zones"))

    assert [len(reading.rows) for reading in readings] == [73, 73]
    assert [reading.rejected for reading in readings] == [[], []]
    assert [misfits(reading) for reading in readings] == [[], []]
    done = [sum(row["works_completed_on"] is not None for row in r.rows) for r in readings]
    treated = next(e for e in delivered.truth.effects if e["programme"] == "prevention_zones")
    assert done == [0, len(treated["treated"])] == [0, 44]
    assert all(1_000 < float(row["area_m2"] or 0) < 80_000 for row in readings[1].rows)


def test_relational_cases_are_read_and_nothing_about_a_person_is_kept_in_the_clear(
    delivered: Delivered,
) -> None:
    readings = read_all("police_relational_cases", delivered.of("drop/sftp/police/relational"))
    planted = delivered.planted("police_relational_cases")

    assert len(readings) == 6
    assert codes_of(readings) == {"unmapped_code": planted["district_unknown"]} != {}
    rows = rows_of(readings)
    assert len(rows) == planted["rows"] - planted["district_unknown"] + planted["row_repeated"]
    unknown = [found for reading in readings for found in misfits(reading)]
    assert {(name, text) for _, name, text in unknown} == {("kind", "기타")}
    assert len(unknown) == planted["kind_unknown"]
    assert {"데이트폭력", "교제폭력"} <= {row["kind"] for row in rows}
    assert {row["station_code"] for row in rows} >= {"busanjin", "haeundae"}
    stored = {column.name for column in readings[0].source.stored_columns}
    assert not {"victim_name", "victim_phone"} & stored


def test_workbooks_of_apo_are_read_with_one_header_row_and_with_two() -> None:
    planted: Counter[str] = Counter()
    options = Options(first=Month(2023, 1), last=Month(2025, 12))
    readings = [read_delivery("police_apo", file) for file in apo_files(options, planted)]

    assert [len(reading.rows) for reading in readings] == [15] * 10 + [16] * 2
    assert [reading.totals for reading in readings] == [1] * 12
    assert sum(len(reading.rows) for reading in readings) == planted["police_apo.rows"]
    assert [(r.rejected, misfits(r)) for r in readings] == [([], [])] * 12
    vehicles = [sum(int(row["vehicle_count"] or 0) for row in r.rows) for r in readings]
    assert vehicles == [0] * 5 + [6] * 3 + [15] * 4
    handed = {row["station_code"] for row in readings[5].rows if row["vehicle_handed_over_on"]}
    assert handed == {"dongbu", "busanjin", "nambu", "haeundae", "gangseo", "gijang"}
    assert {row["vehicle_handed_over_on"] for row in readings[5].rows} == {None, "2024-04-18"}
    for reading in readings:
        (total,) = [record for record in reading.records if "total" in record.flags]
        column = reading.columns.index("monitored_household_count")
        assert int(total.values[column] or 0) == sum(
            int(row["monitored_household_count"] or 0) for row in reading.rows
        )


def test_accidents_are_read_as_events_and_as_the_list_of_taas() -> None:
    planted: Counter[str] = Counter()
    files = accident_files(SPAN, planted)
    listed, events = (read_delivery("police_traffic_accidents", next(files)) for _ in range(2))
    counts = Counter({name.split(".")[1]: n for name, n in planted.items()})

    assert (listed.form, events.form) == ("taas_list", "police_events")
    assert len(listed.rows) == counts["list_rows"] > 2_000
    assert {row["occurred_at"] for row in listed.rows} == {None}
    assert listed.rejected == events.rejected == []
    assert events.tally.out_of_scope == counts["other_city"] > 0
    rows = events.rows
    assert len(rows) == counts["rows"] - counts["other_city"] + counts["row_repeated"]
    assert {row["accident_year"] for row in rows} == {str(file_years(SPAN)[0])} == {"2020"}
    impossible = misfits(events)
    assert {(name, text) for _, name, text in impossible} == {("death_count", "-1")}
    assert len(impossible) == counts["negative_deaths"] > 0
    hurt = ("death_count", "serious_count", "slight_count", "reported_injury_count")
    unhurt = sum(all(row[name] == "0" for name in hurt) for row in rows)
    assert unhurt == counts["no_casualty"] > 0


def test_headers_of_accidents_change_in_2024() -> None:
    files = list(accident_files(Options(), Counter()))
    assert [file.path.rsplit("_", 1)[1] for file in files] == [
        "2019.xlsx",
        *(f"{year}.csv" for year in range(2020, 2025)),
    ]

    reading = read_delivery("police_traffic_accidents", files[-1])

    assert files[-1].content.decode("cp949").startswith("사고관리번호,사고일시,시군구,")
    assert reading.form == "police_events"
    assert {row["district_code"] for row in reading.rows} == {d.code for d in city.districts()}


def test_statistics_are_read_and_agree_with_the_accidents(delivered: Delivered) -> None:
    rows = delivered.table("taas_lgstat")
    codes = [(row.pop("sido_cd"), row.pop("gugun_cd")) for row in rows]
    reading = read_items("police_traffic_statistics", rows)

    assert set(codes) == {("1200", str(1200 + number)) for number in range(1, 17)}
    assert len(reading.rows) == delivered.planted("police_traffic_statistics")["rows"]
    assert (reading.rejected, misfits(reading)) == ([], [])
    assert len(reading.rows) == 16 * 13 * 5
    total = [
        row for row in reading.rows if row["accident_class"] == "전체" and row["year"] == "2023"
    ]
    assert len({row["district_code"] for row in total}) == 16
    assert sum(int(row["death_count"] or 0) for row in total) == 110
    whole = accidents_of_year(SPAN, 2023)
    assert sum(int(row["accident_count"] or 0) for row in total) == len(whole)
    for row in total:
        kinds = ("person_vehicle_count", "vehicles_count", "single_vehicle_count")
        assert sum(int(row[kind] or 0) for kind in kinds) == int(row["accident_count"] or 0)
        violations = [int(v or 0) for k, v in row.items() if k.startswith("violation_")]
        assert sum(violations) == int(row["accident_count"] or 0)


def test_patrols_are_read_in_both_years_forms(delivered: Delivered) -> None:
    readings = read_all("police_patrols", delivered.of("drop/police/patrols"))
    planted = delivered.planted("police_patrols")

    assert len(readings) == 6
    assert codes_of(readings) == {"unmapped_code": planted["district_unknown"]} != {}
    rows = rows_of(readings)
    assert len(rows) == planted["rows"] - planted["district_unknown"] + planted["row_repeated"]
    impossible = [found for reading in readings for found in misfits(reading)]
    assert {(name, text) for _, name, text in impossible} == {("patrol_minutes", "99999")}
    assert len(impossible) == planted["minutes_impossible"] > 0
    assert {row["patrolled_on"] for row in readings[0].rows} <= {
        f"2023-11-{day:02d}" for day in range(1, 31)
    }


def test_keepers_stand_from_march_to_december_at_primary_schools() -> None:
    planted: Counter[str] = Counter()
    span = Options(first=Month(2024, 11), last=Month(2026, 4))
    files = list(keeper_files(span, planted))
    readings = [read_delivery("police_child_keepers", file) for file in files]

    months = [Month(2024, 11), Month(2024, 12), *(Month(2025, n) for n in range(3, 13))]
    months += [Month(2026, 3), Month(2026, 4)]
    assert [file.path[-10:-4] for file in files] == [f"{m.year}{m.number:02d}" for m in months]

    persons = [len({row["keeper_id"] for row in reading.rows}) for reading in readings]
    rejected = codes_of(readings)
    assert rejected == {"unmapped_code": planted["police_child_keepers.station_unknown"]} != {}
    for at, published in ((0, 250), (6, 274), (13, 302)):
        assert persons[at] in range(published - 3, published + 1)
    assert all(
        row["active_hours"] == str(3 * int(row["active_days"] or 0))
        for row in rows_of(readings)
        if row["active_hours"] != "999"
    )
    assert all(str(row["school_name"]).endswith("초등학교") for row in rows_of(readings))
    impossible = [text for reading in readings for _, _, text in misfits(reading)]
    assert impossible == ["999"] * planted["police_child_keepers.hours_impossible"]


def test_94_offices_of_busan_are_read_in_every_years_columns() -> None:
    options = Options(last=Month(2026, 12))
    planted: Counter[str] = Counter()
    tables = json.loads(office_answers(options, planted).content)
    readings = [read_items("police_offices", table["data"]) for table in tables]

    assert [len(reading.rows) for reading in readings] == [94] * 5
    assert [reading.form for reading in readings] == ["office_list"] * 5
    assert [(r.rejected, misfits(r)) for r in readings] == [([], [])] * 5
    elsewhere = sum(reading.tally.out_of_scope for reading in readings)
    assert elsewhere == planted["police_offices.rows_elsewhere"] > 0
    assert [r.counted("station_code")["suyeong"] for r in readings] == [0, 0, 0, 0, 4]
    assert [r.counted("station_code")["nambu"] for r in readings] == [9, 9, 9, 9, 7]
    assert readings[0].counted("office_kind") == {"지구대": 49, "파출소": 45}
    assert len({table["uuid"] for table in tables}) == 5


def test_truth_names_every_programme_with_its_units_and_window(delivered: Delivered) -> None:
    effects = {effect["programme"]: effect for effect in delivered.truth.effects}

    assert {name: effect["rate_ratio"] for name, effect in effects.items()} == {
        "prevention_zones": 0.85,
        "joint_patrols": 0.92,
        "apo_vehicles": 0.90,
        "countdown_timers": 0.75,
        "rear_plate_cameras": 0.80,
    }
    assert {name: len(effect["treated"]) for name, effect in effects.items()} == {
        "prevention_zones": 44,
        "joint_patrols": 7,
        "apo_vehicles": 6,
        "countdown_timers": 79,
        "rear_plate_cameras": 20
        + sum(
            site.kind == "rear_plate_camera"
            and date(2024, 1, 1) <= site.installed_on <= SPAN.last.last_day
            for site in all_sites(SPAN)
        ),
    }


@pytest.mark.parametrize("files", [incident_files, relational_files, zone_files])
def test_a_span_of_one_month_has_its_files(
    files: Callable[[Options, Counter[str]], Iterator[Delivery]],
) -> None:
    month = Month(2023, 1)

    assert list(files(Options(first=month, last=month), Counter()))
