"""Programmes of every kind: what was planted is found, what cannot be compared says why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import h3
import numpy as np
import psycopg
import pytest

from busan_safety.evaluation import PolicyEffect, evaluate

LAST = date(2024, 12, 31)
DISTRICTS = [f"26{number:03}" for number in range(16)]
MONTHS = [date(2022 + at // 12, at % 12 + 1, 1) for at in range(36)]

MARTS = """
drop schema if exists marts cascade;
drop schema if exists marts_restricted cascade;
drop schema if exists staging cascade;
drop schema if exists intermediate cascade;
create schema marts;
create schema marts_restricted;
create schema staging;
create schema intermediate;
create table marts.dim_indicator (indicator_id text, series_breaks text);
create table marts.dim_series_break (
    series_break text, place_type text, place_codes text, broke_on date
);
create table marts.fct_indicator_value (
    indicator_id text, place_type text, subgroup text, value_status text, period_start date,
    period_end date
);
create table staging.stg_platform__batch_slices (
    source_id text, slice_key text, is_superseded boolean
);
create table intermediate.int_crime_incidents__located (
    h3_cell text, dong_code text, zone_id text, place_kind text, month date, reported_on date,
    is_synthetic boolean
);
create table marts.fct_cctv_sites (
    h3_cell text, is_security boolean, installed_month date, is_synthetic boolean
);
create table marts.fct_crime_zones (zone_id text, works_completed_on date);
create table marts.fct_measures_mental_centre (
    place_type text, period_type text, is_reported boolean, is_partial_period boolean,
    period_start date, period_end date
);
create table marts_restricted.fct_mental_responses (
    handling_minutes numeric, is_synthetic boolean, received_on date
);
create table marts_restricted.fct_victim_support (
    person_id text, support_kind text, participation text, is_synthetic boolean, meeting_on date,
    started_on date, rereported_on date
);
create table marts.fct_crowded_events (
    event_id text, district_code text, is_over boolean, is_synthetic boolean, started_on date,
    ended_on date
);
create table marts.fct_112_calls_daily (
    district_code text, call_date date, call_count bigint, is_synthetic boolean
);
create table marts_restricted.fct_survey_answers (
    respondent_id text, survey_year smallint, district_code text, design_weight numeric,
    safety_crime_score smallint, safety_traffic_score smallint, safety_order_score smallint,
    is_synthetic boolean
);
create table marts.fct_patrols (district_code text, patrolled_on date, patrol_kind text);
create table marts.fct_schools (district_code text, school_level text);
create table marts.fct_child_keeper_school_months (
    district_code text, month date, active_hours numeric, is_synthetic boolean
);
create table marts.fct_traffic_accidents (
    district_code text, accident_date date, is_child_victim boolean, is_in_child_zone boolean,
    is_elderly_offender boolean, is_synthetic boolean
);
create table marts.fct_licence_returns (
    district_code text, month date, return_count integer, holder_count integer,
    is_synthetic boolean
);
grant usage on schema marts, marts_restricted, staging, intermediate to transformer;
grant select on all tables in schema marts, marts_restricted, staging, intermediate to transformer;
"""


@pytest.fixture
def city(warehouse: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """Empty marts, and no result of an earlier test."""
    warehouse.execute(MARTS)
    warehouse.execute("drop table if exists evaluation.fct_policy_effect cascade")
    warehouse.execute("drop table if exists evaluation.plan_registration")
    yield warehouse


def copy_rows(city: psycopg.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    with city.cursor() as cursor, cursor.copy(f"copy {table} from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def deliver(city: psycopg.Connection, source: str, slices: list[str]) -> None:
    copy_rows(city, "staging.stg_platform__batch_slices", [(source, key, False) for key in slices])


def only(programme: str) -> PolicyEffect:
    [effect] = evaluate(programmes=[programme])
    return effect


def holds(effect: PolicyEffect, planted: float) -> bool:
    assert effect.lower_95 is not None
    assert effect.upper_95 is not None
    return effect.lower_95 < planted < effect.upper_95


def seed_cells(city: psycopg.Connection, *, ratio: float, around: float = 1.0) -> None:
    """A patch of cells; the worst of a sparse grid get cameras, 100 in 2023; zones cover one."""
    rng = np.random.default_rng(4)
    patch = sorted(h3.grid_disk(h3.latlng_to_cell(35.16, 129.06, 9), 20))
    treated = {cell: date(2023, 2 + at % 8, 1) for at, cell in enumerate(patch[::13])}
    ring = {near for cell in treated for near in h3.grid_disk(cell, 1)} - set(treated)
    incidents: list[tuple[object, ...]] = []
    for number, cell in enumerate(patch):
        level = 0.4 * rng.gamma(2.0, 0.5) * (2 if cell in treated else 1)
        for at, month in enumerate(MONTHS):
            mean = level * (1 + at / 72)
            mean *= ratio if cell in treated and month > treated[cell] else 1
            mean *= around if cell in ring and month > date(2023, 6, 1) else 1
            zone = "z1" if cell == patch[0] else None
            row = (cell, f"d{number % 60}", zone, "노상", month, month, True)
            incidents += [row] * int(rng.poisson(mean))
    copy_rows(city, "intermediate.int_crime_incidents__located", incidents)
    city.execute("analyze intermediate.int_crime_incidents__located")
    copy_rows(city, "marts.fct_cctv_sites", [(c, True, day, True) for c, day in treated.items()])
    copy_rows(city, "marts.fct_crime_zones", [("z1", date(2023, 5, 1))])
    deliver(city, "police_crime_incidents", [f"{month:%Y-%m}" for month in MONTHS])


def seed_minutes(city: psycopg.Connection, *, ratio: float, first: date = MONTHS[0]) -> None:
    rng = np.random.default_rng(5)
    for month in (one for one in MONTHS if one >= first):
        minutes = 165 * np.exp(rng.normal(0, 0.5, 110)) * (ratio if month.year == 2024 else 1)
        minutes *= ratio if month == date(2023, 12, 1) else 1
        rows = [(round(float(one), 1), True, month + timedelta(days=3)) for one in minutes]
        copy_rows(city, "marts_restricted.fct_mental_responses", [*rows, (None, True, month)])
        end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        copy_rows(
            city,
            "marts.fct_measures_mental_centre",
            [("city", "month", True, False, month, end)],
        )


def seed_answers(city: psycopg.Connection, *, gain: float, weight: float = 1.0) -> None:
    """Two waves of 60 in each district; four began dog patrols in between, two before."""
    rng = np.random.default_rng(6)
    rows: list[tuple[object, ...]] = []
    for year in (2023, 2024):
        for number, district in enumerate(DISTRICTS):
            for person in range(60):
                mean = 65 + number + (gain if year == 2024 and number < 4 else 0)
                scores = np.clip(rng.normal(mean, 10, 3), 0, 100).round().astype(int).tolist()
                respondent = f"{year}-{number}-{person}"
                rows.append((respondent, year, district, weight, *scores, True))
    copy_rows(city, "marts_restricted.fct_survey_answers", rows)
    starts = [date(2024, 4, 1)] * 4 + [date(2022, 4, 1)] * 2
    patrols = zip(DISTRICTS, starts, strict=False)
    copy_rows(city, "marts.fct_patrols", [(one, day, "dog") for one, day in patrols])


def seed_keepers(city: psycopg.Connection, *, ratio: float, same: bool = False) -> None:
    """Hours a school from 5 to 55 by district, other ones each year, none in winter."""
    rng = np.random.default_rng(7)
    months = [month for month in MONTHS if month >= date(2023, 3, 1)]
    hours: list[tuple[object, ...]] = []
    accidents: list[tuple[object, ...]] = []
    for number, district in enumerate(DISTRICTS):
        for month in months:
            dose = (0.5 + (number + 5 * month.year) % 16 / 3) * (month.month > 2)
            dose = 2.0 * (month.month > 2) if same else dose
            if dose:
                hours.append((district, month, 10 * 10 * dose, True))
            count = int(rng.poisson(6 * ratio**dose))
            accidents += [(district, month, True, True, False, True)] * count
    copy_rows(city, "marts.fct_schools", [(one, "초등학교") for one in DISTRICTS] * 10)
    copy_rows(city, "marts.fct_child_keeper_school_months", hours)
    copy_rows(city, "marts.fct_traffic_accidents", accidents)
    deliver(city, "police_child_keepers", [f"{m:%Y-%m}" for m in months if m.month > 2])
    deliver(city, "police_traffic_accidents", [f"{y}|police_events" for y in (2023, 2024)])


def test_a_fall_in_cells_with_cameras_is_found_and_zones_are_left_out(
    city: psycopg.Connection,
) -> None:
    seed_cells(city, ratio=0.6)

    effect = only("security_cctv")

    assert effect.verdict == "decrease"
    assert holds(effect, 0.6)
    assert effect.diagnostics["overlapping_units_left_out"] == 1
    assert effect.diagnostics["displacement_difference_upper_95"] < 0
    assert effect.diagnostics["group_time_difference_a_quarter"] < 0
    assert "카메라는 범죄가 많은 곳에" in effect.sentence_ko
    assert {point["series"] for point in effect.points} == {"event_study"}


def test_incidents_that_moved_to_the_cells_beside_are_told(city: psycopg.Connection) -> None:
    seed_cells(city, ratio=0.6, around=1.35)

    checks = only("security_cctv").diagnostics

    assert checks["surroundings_ratio_lower_95"] > 1
    assert checks["displacement_difference_upper_95"] > 0


def test_cells_that_another_programme_reached_altogether_are_refused(
    city: psycopg.Connection,
) -> None:
    seed_cells(city, ratio=0.6)
    city.execute("update intermediate.int_crime_incidents__located set zone_id = 'z1'")

    effect = only("security_cctv")

    assert effect.verdict == "refused"
    assert "다른 사업이 함께" in effect.sentence_ko
    assert "another programme" in effect.sentence_en


def test_shorter_handling_is_found_in_minutes(city: psycopg.Connection) -> None:
    seed_minutes(city, ratio=0.8)

    effect = only("mental_emergency_centre")

    assert (effect.verdict, effect.estimate_unit) == ("decrease", "time_ratio")
    assert holds(effect, 0.8)
    assert effect.diagnostics["cases_without_an_end"] == 36
    assert "짧았습니다" in effect.sentence_ko


def test_a_centre_without_a_time_before_is_refused(city: psycopg.Connection) -> None:
    seed_minutes(city, ratio=0.8, first=date(2023, 12, 1))

    effect = only("mental_emergency_centre")

    assert effect.verdict == "refused"
    assert "사업 전 기간이 없습니다" in effect.sentence_ko


def test_those_who_chose_are_described_and_nothing_is_estimated(city: psycopg.Connection) -> None:
    people: list[tuple[object, ...]] = []
    for number in range(400):
        joined, start = number % 2 == 0, date(2022, 1, 1) + timedelta(days=number)
        again = start + timedelta(days=90) if number % (20 if joined else 11) == 0 else None
        label = "참여" if joined else "비참여"
        people.append((f"p{number}", "희망드림", label, True, None, start, again))
    # Followed for a month only; a second case of somebody counted before.
    people.append(("late", "희망드림", "참여", True, None, date(2024, 12, 1), None))
    people.append(("p0", "희망드림", "참여", True, LAST, date(2024, 2, 1), None))
    copy_rows(city, "marts_restricted.fct_victim_support", people)

    effect = only("happy_home")

    assert effect.verdict == "descriptive"
    assert (effect.estimate, effect.lower_95, effect.p_value, effect.mde) == (None,) * 4
    assert effect.estimate_unit == "none"
    assert (effect.treated_units, effect.control_units) == (200, 200)
    assert effect.diagnostics["participants_pct"] == 10.0
    assert effect.diagnostics["persons_not_followed_long_enough"] == 1
    assert "효과" not in effect.sentence_ko
    assert "effect" not in effect.sentence_en.lower()
    assert "스스로 정했으므로" in effect.sentence_ko


def test_event_days_are_compared_with_days_without_any_event(city: psycopg.Connection) -> None:
    rng = np.random.default_rng(8)
    events = [
        (f"e{at}", DISTRICTS[at % 4], True, True, day, day + timedelta(days=1))
        for at in range(24)
        for day in [date(2023, 2, 1) + timedelta(days=25 * at)]
    ]
    busy = {(e[1], e[4] + timedelta(days=more)) for e in events for more in (0, 1)}
    calls: list[tuple[object, ...]] = []
    for district in DISTRICTS[:4]:
        day = date(2023, 1, 1)
        while day <= LAST:
            level = 40 * (1.3 if day.isoweekday() > 5 else 1)
            level *= 1.5 if (district, day) in busy else 1
            calls.append((district, day, int(rng.poisson(level)), True))
            day += timedelta(days=1)
    copy_rows(city, "marts.fct_crowded_events", [tuple(event) for event in events])
    copy_rows(city, "marts.fct_112_calls_daily", calls)

    effect = only("crowded_events")

    assert effect.verdict == "increase"
    assert holds(effect, 1.5)
    checks = effect.diagnostics
    assert checks["days_beside_ratio_lower_95"] < 1 < checks["days_beside_ratio_upper_95"]
    assert effect.maryland_scale == 2
    assert "알 수 없습니다" in effect.sentence_ko


def test_a_gain_in_perceived_safety_is_told_in_points(city: psycopg.Connection) -> None:
    seed_answers(city, gain=5)

    effect = only("dog_patrols_perceived_safety")

    assert (effect.verdict, effect.estimate_unit) == ("increase", "points")
    assert holds(effect, 5)
    assert (effect.treated_units, effect.control_units) == (4, 10)
    assert effect.diagnostics["placebo_districts_p"] < 0.05
    assert effect.mde is not None
    assert effect.mde > 0
    assert "점 높았습니다" in effect.sentence_ko


def test_weights_that_do_not_sum_are_refused(city: psycopg.Connection) -> None:
    seed_answers(city, gain=5, weight=1.1)

    effect = only("dog_patrols_perceived_safety")

    assert effect.verdict == "refused"
    assert "가중치의 합" in effect.sentence_ko


def test_a_single_wave_is_refused(city: psycopg.Connection) -> None:
    seed_answers(city, gain=5)
    city.execute("delete from marts_restricted.fct_survey_answers where survey_year = 2024")

    effect = only("dog_patrols_perceived_safety")

    assert effect.verdict == "refused"
    assert "두 번이 되지 않습니다" in effect.sentence_ko


def test_more_hours_of_keepers_are_told_per_step(city: psycopg.Connection) -> None:
    seed_keepers(city, ratio=0.85)

    effect = only("child_keepers")

    assert effect.verdict == "decrease"
    assert holds(effect, 0.85)
    assert effect.diagnostics["least_dose"] == 0
    assert effect.diagnostics["placebo_districts_p"] < 0.05
    assert "10시간 더 많을 때마다" in effect.sentence_ko


def test_the_same_hours_everywhere_leave_nothing_to_compare(city: psycopg.Connection) -> None:
    seed_keepers(city, ratio=0.85, same=True)

    effect = only("child_keepers")

    assert effect.verdict == "refused"
    assert "같은 만큼" in effect.sentence_ko


def test_licence_returns_are_counted_up_to_the_day_before(city: psycopg.Connection) -> None:
    rng = np.random.default_rng(9)
    returns: list[tuple[object, ...]] = []
    accidents: list[tuple[object, ...]] = []
    for number, district in enumerate(DISTRICTS):
        for month in MONTHS:
            returns.append((district, month, 10 + 3 * (number % 8), 3000, True))
            share = 0.16 * 0.85 ** ((10 + 3 * (number % 8)) / 30 * (month.year - 2022))
            elderly = rng.random(40) < share
            accidents += [(district, month, False, False, bool(one), True) for one in elderly]
    copy_rows(city, "marts.fct_licence_returns", returns)
    copy_rows(city, "marts.fct_traffic_accidents", accidents)
    deliver(city, "city_traffic_culture", ["2022", "2023", "2024"])
    deliver(city, "police_traffic_accidents", [f"{y}|police_events" for y in (2022, 2023, 2024)])

    effect = only("licence_return")

    assert effect.diagnostics["least_dose"] == 0
    # 31 a month of 3,000 holders over the 30 months before the last half-year.
    assert effect.diagnostics["most_dose"] == pytest.approx(31 * 30 / 30, abs=0.01)
    assert effect.treated_after == sum(bool(row[4]) for row in accidents)
    assert effect.verdict in ("decrease", "not_detectable")


def test_a_known_break_inside_the_study_is_refused(city: psycopg.Connection) -> None:
    seed_minutes(city, ratio=0.8)
    city.execute(
        "insert into marts.dim_indicator values ('mental_handling_time_median', 'counted_anew');"
        "insert into marts.dim_series_break values ('counted_anew', null, null, '2023-03-01')"
    )

    effect = only("mental_emergency_centre")

    assert effect.verdict == "refused"
    assert "집계 기준이 바뀌었습니다" in effect.sentence_ko

    # After the newest data, or of stations only, it breaks nothing here.
    city.execute("update marts.dim_series_break set broke_on = '2024-12-31'")
    assert only("mental_emergency_centre").verdict == "decrease"
    city.execute(
        "update marts.dim_series_break set broke_on = '2023-03-01', place_type = 'station'"
    )
    assert only("mental_emergency_centre").verdict == "decrease"


def test_provisional_values_are_counted_and_said(city: psycopg.Connection) -> None:
    seed_minutes(city, ratio=0.8)
    quarters = [(date(2023, 1, 1), date(2023, 3, 31)), (date(2024, 7, 1), date(2024, 9, 30))]
    copy_rows(
        city,
        "marts.fct_indicator_value",
        [
            ("mental_handling_time_median", "city", "all", status, *quarter)
            for status, quarter in zip(("observed", "provisional"), quarters, strict=True)
        ],
    )

    effect = only("mental_emergency_centre")

    assert effect.diagnostics["provisional_periods"] == 1
    assert "잠정치 1개" in effect.sentence_ko
    assert "1 provisional value" in effect.sentence_en
