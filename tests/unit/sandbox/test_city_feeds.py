"""The city's feeds: every delivery is read by its declared form; what is planted is there."""

from __future__ import annotations

import io
import json
import math
import statistics
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from busan_safety.connectors.api_records import rows_of_items
from busan_safety.connectors.layout import find_layout
from busan_safety.connectors.records import Context, Record, Rejected, Tally, read_records
from busan_safety.connectors.table import open_table
from busan_safety.sources import get_source
from busan_safety.sources.model import squash
from busan_sandbox.age_population import apportion
from busan_sandbox.city_feeds import ENDPOINTS, deliveries
from busan_sandbox.options import Month, Options
from busan_sandbox.participation import participation_files
from busan_sandbox.relief import (
    FLOOR,
    JOINT_EFFECT,
    mental_answers,
    relief_files,
    typical_minutes_ratio,
)
from busan_sandbox.traffic_culture import traffic_culture_answers
from busan_sandbox.truth import Truth
from busan_sandbox.victims import PARTICIPANTS, SUPPORTS, victim_support_files

# Two years' forms, both kinds of quarter, a survey, a correction, the start of joint response.
SPAN = Options(seed=7, scale=0.02, first=Month(2023, 10), last=Month(2024, 3))
FOLDERS = {
    "city_population_age": "city/population_age",
    "city_safety_budget": "http/city/budget",
    "city_participation": "city/participation",
    "city_citizen_survey": "sftp/city/survey",
    "city_signal_facilities": "http/city/signals",
    "city_relief_center": "sftp/city/relief_center",
    "city_victim_support": "city/victim_support",
}
TABLES = {
    "city_urgent_budget": "urgent_budget",
    "city_mental_center": "mental_center",
    "city_events": "crowded_events",
}
# What the reader itself refuses; the other faults are found by the rules in the database.
REFUSED_BY_READER = ("missing_value", "unmapped_code", "unreadable_date", "wrong_field_count")


@dataclass(frozen=True)
class Generated:
    """The deliveries of one span, written out, and the truth about them."""

    folder: Path
    truth: Truth

    def files(self, source_id: str) -> list[Path]:
        return sorted((self.folder / "drop" / FOLDERS[source_id]).iterdir())

    def table(self, name: str) -> list[dict[str, object]]:
        path = self.folder / "state" / "api" / f"{name}.json"
        rows: list[dict[str, object]] = json.loads(path.read_text("utf-8"))
        return rows

    def planted(self, source_id: str) -> dict[str, int]:
        prefix = f"{source_id}."
        return {
            key.removeprefix(prefix): count
            for key, count in self.truth.planted.items()
            if key.startswith(prefix)
        }


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Generated:
    folder = tmp_path_factory.mktemp("city")
    truth = Truth()
    for root, delivery in deliveries(SPAN, truth):
        path = folder / root / delivery.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(delivery.content)
    return Generated(folder, truth)


def read(source_id: str, path: Path) -> list[Record | Rejected]:
    source = get_source(source_id)
    table = open_table(source, path)
    return list(read_records(source, table.layout, table.rows, Context("2024", None), Tally()))


def read_items(source_id: str, items: list[dict[str, object]]) -> list[Record | Rejected]:
    source = get_source(source_id)
    layout, rest = find_layout(source, "records", rows_of_items(iter(items), source_id), source_id)
    return list(read_records(source, layout, rest, Context("2024", None), Tally()))


def columns_of(source_id: str, results: list[Record | Rejected]) -> list[dict[str, str | None]]:
    names = [column.name for column in get_source(source_id).columns]
    return [
        dict(zip(names, result.values, strict=True))
        for result in results
        if isinstance(result, Record)
    ]


def assert_read_in_full(planted: dict[str, int], results: list[Record | Rejected]) -> None:
    refused = sum(planted.get(fault, 0) for fault in REFUSED_BY_READER)
    assert len(results) == planted["rows"]
    assert sum(isinstance(result, Rejected) for result in results) == refused


@pytest.mark.parametrize("source_id", [name for name in FOLDERS if name != "city_population_age"])
def test_every_file_is_read_by_its_form_and_refuses_only_what_was_planted(generated, source_id):
    paths = generated.files(source_id)

    results = [result for path in paths for result in read(source_id, path)]

    assert paths
    assert_read_in_full(generated.planted(source_id), results)


@pytest.mark.parametrize("source_id", TABLES)
def test_every_answer_is_read_by_its_form_and_refuses_only_what_was_planted(generated, source_id):
    results = read_items(source_id, generated.table(TABLES[source_id]))

    assert_read_in_full(generated.planted(source_id), results)


def test_each_yearly_table_is_read_though_its_columns_change(generated):
    tables = generated.table("traffic_culture")

    results = [r for table in tables for r in read_items("city_traffic_culture", table["data"])]

    assert_read_in_full(generated.planted("city_traffic_culture"), results)


def test_a_table_of_2024_has_other_columns_and_a_total_row():
    delivery = traffic_culture_answers(Options(first=Month(2023, 1)), Truth())
    tables = {table["summary"][-8:-4]: table for table in json.loads(delivery.content)}

    before, after = tables["2023"], tables["2024"]
    rows = columns_of("city_traffic_culture", read_items("city_traffic_culture", after["data"]))

    assert before["uuid"] != after["uuid"]
    assert not {"기준년월", "구군명"} & set(after["data"][0])
    assert [row["district_name"] for row in rows if row["district_code"] is None] == ["합계"]
    returned = [int(r["count"]) for r in rows if r["item"] == "면허 자진반납"]
    assert sum(returned) == pytest.approx(10_900, abs=60)


def test_the_same_options_give_the_same_bytes():
    span = Options(seed=11, scale=0.02, first=Month(2023, 11), last=Month(2023, 12))

    first, second = (list(deliveries(span, Truth())) for _ in range(2))

    assert first == second
    assert len(first) >= 12


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.table)
def test_every_interface_has_a_table(generated, endpoint):
    assert generated.table(endpoint.table)


@pytest.mark.parametrize("source_id", [*FOLDERS, *TABLES])
def test_every_header_that_is_sent_is_declared(generated, source_id):
    """A column with a name or a telephone must have a class; none may arrive undeclared."""
    source = get_source(source_id)
    declared = {*source.header_map, *(squash(text) for text in source.ignored_headers)}

    if source_id in TABLES:
        sent = set(generated.table(TABLES[source_id])[0])
    else:
        sent = set()
        for path in generated.files(source_id):
            layout = open_table(source, path).layout
            melted = {part.position for group in layout.melted for part in group}
            sent |= {text for at, text in enumerate(layout.headers) if at not in melted}

    assert len(sent) >= 1
    assert {text for text in sent if text.strip() and squash(text) not in declared} == set()


def test_both_population_forms_add_up_and_keep_their_basis(generated):
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    last_of_each_form = [p for p in generated.files("city_population_age") if "2024" in p.name]
    for path in last_of_each_form:
        for row in columns_of("city_population_age", read("city_population_age", path)):
            is_total = row["age_from"] is None
            key = (row["basis"], f"{row['month']} {row['sex']} {'all' if is_total else 'ages'}")
            if not (is_total and "연령" in row["age_group"]):
                level = {5: "city", 6: "city"}.get(len(row["admin_code"].rstrip("0")))
                level = "city" if row["admin_code"] == "2600000000" else level
                level = level or ("district" if row["admin_code"].endswith("00000") else "dong")
                counts[key][level] += int(row["population"])

    bands = counts[("residents_10_year", "2024-03-01 계 ages")]
    sexes = [counts[("residents_10_year", f"2024-03-01 {sex} ages")]["city"] for sex in "남여"]
    years = counts[("registered_1_year", "2024-03-01 계 ages")]
    assert bands["city"] == counts[("residents_10_year", "2024-03-01 계 all")]["city"]
    assert bands["city"] == sum(sexes) == pytest.approx(3_270_000, rel=0.01)
    assert years["dong"] > 0
    assert years["city"] == counts[("registered_1_year", "2024-03-01 계 all")]["city"]
    assert years["city"] > bands["city"]


def test_rows_of_other_places_are_counted_and_left_out(generated):
    source = get_source("city_population_age")
    path = generated.files("city_population_age")[-1]
    table = open_table(source, path)
    tally = Tally()

    results = list(read_records(source, table.layout, table.rows, Context(None, None), tally))

    places = len(path.read_text("utf-8-sig").splitlines()) - 4
    assert (path.name[:10], len(results)) == ("2024_first", 17 * 39 * 3)
    assert tally.rows_read == places * 39 * 3
    assert tally.out_of_scope == (places - 17) * 39 * 3 > 0
    assert "서울특별시" in tally.places_seen


@pytest.mark.parametrize(("total", "weights"), [(10, [1, 1, 1]), (7, [0, 5, 2.5]), (0, [1, 2])])
def test_apportioned_parts_add_up_to_the_total(total, weights):

    parts = apportion(total, np.array(weights, dtype=float))

    assert parts.sum() == total
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


def test_the_budget_workbook_has_the_faults_of_real_ones(generated):
    path = generated.files("city_safety_budget")[-1]
    book = openpyxl.load_workbook(path)
    values = openpyxl.load_workbook(path, data_only=True)

    visible = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    sheet, shown = book["2023년"], values["2023년"]
    total = sheet.max_row

    assert visible == ["2024년", "2023년", "2022년", "작성요령"]
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == ["코드표"]
    assert sheet.calculate_dimension().endswith(f"FP{total}")
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:K1", "J2:K2"}
    assert sheet[f"H{total}"].value == f"=SUM(H4:H{total - 1})"
    column = [shown[f"H{row}"].value for row in range(4, total)]
    assert shown[f"H{total}"].value == sum(column)


HALF_A_YEAR = Options(scale=1, first=Month(2024, 1), last=Month(2024, 6))


def handling_minutes(span: Options) -> dict[str, list[float]]:
    """Minutes from receipt to close by kind of response."""
    minutes: dict[str, list[float]] = defaultdict(list)
    for row in json.loads(mental_answers(span, Truth()).content):
        received, closed = (datetime.fromisoformat(row[name]) for name in ("RCPT_DT", "CLOS_DT"))
        if closed > received:  # One row is spoilt.
            minutes[row["RSPNS_SE"]].append((closed - received).total_seconds() / 60)
    return minutes


@pytest.mark.parametrize(
    ("without", "planted"), [(frozenset(), JOINT_EFFECT), ({"mental_emergency_centre"}, 1.0)]
)
def test_joint_response_shortens_handling_by_the_planted_ratio(without, planted):
    minutes = handling_minutes(replace(HALF_A_YEAR, without=frozenset(without)))

    ratio = statistics.median(minutes["합동"]) / statistics.median(minutes["경찰단독"])
    assert ratio == pytest.approx(planted, abs=0.1)


def test_the_typical_minutes_of_all_cases_fall_by_less_than_those_of_joint_ones():
    year = replace(HALF_A_YEAR, first=Month(2024, 1), last=Month(2025, 12))
    without = replace(year, without=frozenset({"mental_emergency_centre"}))

    cities = [handling_minutes(span).values() for span in (year, without)]
    typical = [float(np.log(np.concatenate([*kinds])).mean()) for kinds in cities]

    assert JOINT_EFFECT < typical_minutes_ratio() < 1
    assert math.exp(typical[0] - typical[1]) == pytest.approx(typical_minutes_ratio(), abs=0.005)


def test_admissions_of_a_year_at_full_scale_have_the_published_magnitudes():
    span = Options(scale=1, first=Month(2024, 1), last=Month(2024, 12))
    rows = [
        line.split(",")
        for delivery in relief_files(span, Truth())
        if "수정" not in delivery.path
        for line in delivery.content.decode("utf-8-sig").splitlines()[1:]
    ]

    stays = []
    for row in rows:
        arrived, left = (datetime.strptime(row[at], "%Y.%m.%d %H:%M") for at in (6, 7))  # noqa: DTZ007
        stays.append(abs((left - arrived).total_seconds()) / 3600)

    assert len(rows) == pytest.approx(608, rel=0.1)
    assert statistics.mean(stays) == pytest.approx(4.6, rel=0.1)
    assert sum(row[4] == "남" for row in rows) / len(rows) == pytest.approx(2.3 / 3.3, abs=0.08)
    assert len({row[1] for row in rows}) < len(rows)


def test_nobody_is_admitted_before_the_opening_and_a_small_city_stays_readable():
    span = Options(scale=0.002, first=Month(2023, 3), last=Month(2023, 5))

    months = {d.path: d.content.decode("utf-8-sig") for d in relief_files(span, Truth())}

    assert [path[-10:-4] for path in months] == ["202304", "202305"]
    first_numbers = [line[:10] for line in next(iter(months.values())).splitlines()[1:]]
    assert all(number >= "RC20230411" for number in first_numbers if number[:1] == "R")
    assert sum(len(text.splitlines()) - 1 for text in months.values()) > 50 * FLOOR


def test_volunteers_differ_from_others_before_the_programme_and_not_because_of_it():
    """A naive comparison finds a difference; within equal earlier reports there is none."""
    truth = Truth()
    span = Options(first=Month(2024, 10), last=Month(2024, 12))
    (delivery,) = victim_support_files(span, truth)
    book = openpyxl.load_workbook(io.BytesIO(delivery.content))
    rows = list(book["희망드림"].iter_rows(min_row=4, values_only=True))
    supports = list(book["민간경호"].iter_rows(min_row=4, values_only=True))

    again: dict[str, list[int]] = defaultdict(list)
    equal: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in rows:
        again[row[4]].append(row[20] == "Y")
        equal[(row[4], min(row[19], 3))].append(row[20] == "Y")

    rate = {group: statistics.mean(values) for group, values in again.items()}
    assert [e["rate_ratio"] for e in truth.effects if e["programme"] == "happy_home"] == [1.0]
    assert rate["참여"] < 0.8 * rate["비참여"]
    assert statistics.mean(equal[("참여", 0)]) == pytest.approx(
        statistics.mean(equal[("비참여", 0)]), abs=0.03
    )
    assert len(supports) == SUPPORTS[2024]
    assert sum(row[4] == "참여" for row in rows) == PARTICIPANTS[2024]


def test_survey_weights_add_up_to_the_respondents(generated):
    path = generated.files("city_citizen_survey")[0]
    rows = columns_of("city_citizen_survey", read("city_citizen_survey", path))
    once = {row["respondent_id"]: row for row in rows}.values()
    weights = [float(row["design_weight"]) for row in once]

    aware = sum(
        weight
        for weight, row in zip(weights, once, strict=True)
        if row["awareness"] in ("잘 안다", "들어본 적 있다")
    )

    assert sum(weights) == pytest.approx(1000, abs=5)
    assert aware / sum(weights) == pytest.approx(0.35, abs=0.06)
    assert len({row["district_code"] for row in once}) == 16


def test_the_register_of_facilities_keeps_crossings_without_works(generated):
    first, last = (
        json.loads(generated.files("city_signal_facilities")[at].read_bytes()) for at in (0, -1)
    )
    kinds = Counter(feature["properties"]["FCLTY_SE"] for feature in last["features"])

    assert "crs" not in first and "crs" in last
    assert kinds["신호교차로"] == 800
    assert kinds["보행신호 잔여시간표시기"] == 34 + 45
    assert sum(feature["geometry"] is None for feature in last["features"]) == 1
    assert {"INSTL_DE", "GUGUN_NM"} & set(last["features"][0]["properties"]) == set()


def test_a_later_quarter_repeats_the_earlier_ones_rows():
    span = Options(first=Month(2024, 1), last=Month(2024, 6))
    files = {
        d.path[-7:-4]: [line.split(",") for line in d.content.decode("cp949").splitlines()[1:]]
        for d in participation_files(span, Truth())
    }

    earlier, later = ({row[1]: row[5] for row in files[quarter]} for quarter in ("1분기", "2분기"))

    assert len(later) > len(earlier) > 0
    assert {key: later[key] for key in earlier} == earlier


def test_archives_carry_no_clock(generated):
    for path in generated.files("city_victim_support"):
        with zipfile.ZipFile(path) as archive:
            assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
