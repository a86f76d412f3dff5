"""The education office's feeds: read by their forms, calibrated, with what was planted."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import pytest

from busan_safety.connectors.gateway import read_page
from busan_safety.sources import get_source
from busan_safety.sources.reference import districts
from busan_sandbox import education_feeds
from busan_sandbox.api import Agencies
from busan_sandbox.facilities import school_answers
from busan_sandbox.files import Delivery
from busan_sandbox.messages import Request
from busan_sandbox.options import Month, Options
from busan_sandbox.prevention import prevention_answers
from busan_sandbox.school_violence import school_violence_files
from busan_sandbox.truth import Truth

from .delivered import Reading, misfits, read_delivery, read_items, table

KEY = "a-key"
VIOLENCE, SESSIONS = "education_school_violence", "education_prevention_sessions"


@lru_cache(maxsize=1)
def delivered() -> tuple[dict[str, Delivery], Counter[str]]:
    truth = Truth()
    found = {one.path: one for _, one in education_feeds.deliveries(Options(), truth)}
    return found, truth.planted


@lru_cache(maxsize=1)
def surveys() -> list[Reading]:
    return [
        read_delivery(VIOLENCE, one) for path, one in delivered()[0].items() if "학교폭력" in path
    ]


def total_of(reading: Reading, year: str, number: str, level: str) -> dict[str, float]:
    """Return the city's published sum of a round and level."""
    for record in reading.records:
        row = dict(zip(reading.columns, record.values, strict=True))
        if (row["survey_year"], row["survey_round"], row["district_name"], row["school_level"]) == (
            year,
            number,
            "합계",
            level,
        ):
            return {
                name: float(text)
                for name, text in row.items()
                if name.endswith(("_count", "_pct")) and text
            }
    raise LookupError(f"no total of {year} {number} {level}")


def test_every_survey_workbook_is_read_with_all_its_sheets() -> None:
    _, planted = delivered()
    read = surveys()

    assert [not one.rejected and not misfits(one) for one in read] == [True] * 4
    assert sum(len(one.rows) for one in read) == planted[f"{VIOLENCE}.rows"] == 5 * 16 * 3
    assert sum(one.totals for one in read) == planted[f"{VIOLENCE}.totals"]
    rounds = Counter((row["survey_year"], row["survey_round"]) for one in read for row in one.rows)
    assert rounds == dict.fromkeys(
        [("2022", "2차"), ("2023", "1차"), ("2023", "2차"), ("2024", "1차"), ("2024", "2차")], 48
    )
    assert {row["district_code"] for one in read for row in one.rows} == set(districts())


def test_the_first_round_of_2024_is_the_published_one() -> None:
    first = next(one for one in surveys() if one.rows[0]["survey_year"] == "2024")

    city = total_of(first, "2024", "1차", "계")

    assert city["pupil_count"] == 225_067
    assert city["respondent_count"] == 206_727
    assert city["school_count"] == 634
    assert city["reported_count"] == 1_587
    assert city["victim_rate_pct"] == 2.1
    rates = [
        total_of(first, "2024", "1차", level)["victim_rate_pct"]
        for level in ("초등학교", "중학교", "고등학교")
    ]
    assert rates == [4.4, 1.4, 0.4]


def test_totals_are_the_sums_of_the_districts() -> None:
    for one in surveys():
        rounds = {(row["survey_year"], row["survey_round"]) for row in one.rows}
        for year, number in sorted(rounds):  # type: ignore[type-var]
            stated = total_of(one, str(year), str(number), "계")
            for name in ("pupil_count", "respondent_count", "victim_count", "reported_count"):
                parts = [
                    int(row[name] or 0)
                    for row in one.rows
                    if (row["survey_year"], row["survey_round"]) == (year, number)
                ]
                assert stated[name] == sum(parts)


def test_more_reports_in_2024_than_in_2020_as_published() -> None:
    rows = [row for one in surveys() for row in one.rows if row["survey_year"] == "2024"]

    assert sum(int(row["reported_count"] or 0) for row in rows) == 3_095


def test_headers_changed_in_2024() -> None:
    read = surveys()

    assert all(row["survey_kind"] is None for row in read[0].rows)
    assert {row["survey_kind"] for row in read[-1].rows} == {"표본조사"}


@pytest.mark.parametrize(
    ("first", "last", "rounds"),
    [
        (Month(2023, 1), Month(2023, 2), {("2022", "2차")}),
        (Month(2023, 1), Month(2023, 6), {("2022", "2차"), ("2023", "1차")}),
        (Month(2025, 7), Month(2025, 12), {("2025", "1차"), ("2025", "2차")}),
    ],
)
def test_only_half_years_that_are_over_are_reported(
    first: Month, last: Month, rounds: set[tuple[str, str]]
) -> None:
    files = school_violence_files(Options(first=first, last=last), Counter())
    read = [read_delivery(VIOLENCE, one) for one in files]

    assert {(row["survey_year"], row["survey_round"]) for one in read for row in one.rows} == rounds


def test_sessions_are_read_with_what_was_planted() -> None:
    found, planted = delivered()
    rows = table(found["api/prevention_sessions.json"])
    sent = [{name: row[name] for name in row if name != "SESN_YEAR"} for row in rows]

    reading = read_items(SESSIONS, sent)

    assert [one.code for one in reading.rejected] == ["missing_value"] * planted[
        f"{SESSIONS}.without_date"
    ]
    assert Counter(column for _, column, _ in misfits(reading)) == {
        "topic": planted[f"{SESSIONS}.unknown_topic"]
    }
    assert len(reading.rows) + len(reading.rejected) == planted[f"{SESSIONS}.rows"]
    ids = reading.counted("session_id")
    assert ids.total() - len(ids) == planted[f"{SESSIONS}.duplicates"]
    assert set(reading.counted("district_code")) == set(districts())
    assert set(reading.counted("duration_minutes")) == {"40", "45", "50", "60", "90"}


def test_sessions_are_held_at_schools_of_the_neis_feed() -> None:
    schools = {row["SD_SCHUL_CODE"]: row for row in table(school_answers(Options()))}
    for row in table(delivered()[0]["api/prevention_sessions.json"]):
        school = schools[row["SCHUL_CODE"].strip()]
        assert row["SCHUL_CODE"].endswith(" ")
        assert school["ORG_RDNMA"].split()[1] in row["GUGUN_NM"]


def test_the_instructors_name_is_never_stored() -> None:
    stored = {column.name for column in get_source(SESSIONS).stored_columns}

    assert "instructor_kind" in stored and "instructor_name" not in stored


def test_one_year_of_sessions_comes_without_the_filters_column(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    found, _ = delivered()
    state = tmp_path_factory.mktemp("state")
    (state / "api").mkdir()
    (state / "api/prevention_sessions.json").write_bytes(
        found["api/prevention_sessions.json"].content
    )
    agencies = Agencies(state, KEY, education_feeds.ENDPOINTS)
    transport = get_source(SESSIONS).transport
    query = {name: value.format(period="2024") for name, value in transport.params.items()}
    query |= {"serviceKey": KEY, "pageNo": "1", "numOfRows": "1000"}

    page = read_page(agencies.answer(Request(f"/{transport.path}", query)).body, transport.success)

    assert len(page.items) == 1000
    assert page.total and page.total > 1000
    assert "SESN_YEAR" not in page.items[0]
    assert {row["SESN_NO"][:6] for row in page.items} == {"PV2024"}
    assert any("\n" in row["RM"] for row in page.items)


def test_the_same_options_give_the_same_bytes() -> None:
    again = {one.path: one.content for _, one in education_feeds.deliveries(Options(), Truth())}

    assert again == {path: one.content for path, one in delivered()[0].items()}
    other = prevention_answers(Options(seed=1), Counter())
    assert other.content != again[other.path]
