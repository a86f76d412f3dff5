"""Designs find what was planted in marts, and are not fooled by how places were chosen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import psycopg
import pytest

from busan_safety.evaluation import PolicyEffect, evaluate

FIRST, LAST = date(2020, 1, 1), date(2024, 12, 31)
MAY = date(2024, 5, 31)
DAYS = (LAST - FIRST).days + 1
SITES, TREATED = 500, 70
TIMER, CROSSING = "보행신호 잔여시간표시기", "신호교차로"

MARTS = """
drop schema if exists marts cascade;
drop schema if exists staging cascade;
drop schema if exists intermediate cascade;
create schema intermediate;
create schema marts;
create schema staging;
create table marts.fct_signal_facilities (
    crossing_id text, facility_kind text, daily_vehicle_count integer, installed_on date,
    reference_date date, is_synthetic boolean
);
create table marts.fct_traffic_accidents (
    crossing_id text, accident_date date, offender_kind text, is_synthetic boolean
);
create table marts.fct_112_calls_daily (
    call_date date, month date, intoxicated_count bigint, is_synthetic boolean
);
create table intermediate.int_crime_zones__compared (
    zone_id text, district_code text, completion_month date, window_start date, window_end date,
    delivered_before_month_count integer, delivered_after_month_count integer,
    inside_before_count integer, inside_after_count integer, ring_before_count integer,
    ring_after_count integer, outside_before_count integer, outside_after_count integer,
    oldest_date date, newest_date date, is_synthetic boolean
);
create table marts.dim_district (district_code text);
create table marts.fct_crime_incidents (
    district_code text, month date, reported_on date, place_kind text, is_night boolean,
    is_synthetic boolean
);
create table marts.fct_patrols (district_code text, patrolled_on date, patrol_kind text);
create table staging.stg_platform__batch_slices (
    source_id text, slice_key text, is_superseded boolean
);
grant usage on schema marts, staging, intermediate to transformer;
grant select on all tables in schema intermediate to transformer;
grant select on all tables in schema marts to transformer;
grant select on all tables in schema staging to transformer;
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


def seed_sites(city: psycopg.Connection, *, ratio: float, by_count: bool, seed: int = 7) -> None:
    """Crossings of uneven danger; timers where most happened in two years, or anywhere."""
    rng = np.random.default_rng(seed)
    vehicles = rng.integers(5_000, 40_000, SITES)
    yearly = 0.9 * (vehicles / 20_000) ** 0.8 * rng.gamma(2.5, 1 / 2.5, SITES)
    early = [rng.poisson(yearly[site] * 2) for site in range(SITES)]
    chosen = np.argsort(early)[-TREATED:] if by_count else rng.permutation(SITES)[:TREATED]
    installed = {
        int(site): date(2022, 3, 1) + timedelta(days=int(rng.integers(0, 300))) for site in chosen
    }
    accidents: list[tuple[object, ...]] = []
    for site in range(SITES):
        offsets = list(rng.integers(0, 730, early[site]))
        offsets += list(rng.integers(730, DAYS, rng.poisson(yearly[site] * (DAYS - 730) / 365.25)))
        for offset in offsets:
            day = FIRST + timedelta(days=int(offset))
            if site in installed and day > installed[site] and rng.random() > ratio:
                continue
            accidents.append((f"c{site}", day, "승용", True))
    copy_rows(city, "marts.fct_traffic_accidents", accidents)
    facilities: list[tuple[object, ...]] = [
        (f"c{site}", CROSSING, int(vehicles[site]), None, LAST, True) for site in range(SITES)
    ]
    facilities += [(f"c{site}", TIMER, None, day, LAST, True) for site, day in installed.items()]
    copy_rows(city, "marts.fct_signal_facilities", facilities)
    years = [
        ("police_traffic_accidents", f"{year}|police_events", False) for year in range(2020, 2025)
    ]
    copy_rows(city, "staging.stg_platform__batch_slices", years)


def seed_calls(city: psycopg.Connection, *, ratio: float, last: date = LAST) -> None:
    """Daily calls with a season, a trend and a step in May 2023."""
    rng = np.random.default_rng(11)
    rows: list[tuple[object, ...]] = []
    day = date(2021, 1, 1)
    while day <= last:
        months = (day.year - 2021) * 12 + day.month
        level = 60 * 1.004**months * (1 + 0.2 * np.sin(2 * np.pi * day.month / 12))
        level *= ratio if day >= date(2023, 5, 1) else 1
        rows.append((day, day.replace(day=1), int(rng.poisson(level)), True))
        day += timedelta(days=1)
    copy_rows(city, "marts.fct_112_calls_daily", rows)


def seed_zones(city: psycopg.Connection, *, inside: float, ring: float, months: int = 12) -> None:
    """40 zones in 10 districts whose rest rises by a tenth; what inside and ring do beside it."""
    rng = np.random.default_rng(3)
    zones: list[tuple[object, ...]] = []
    for number in range(40):
        rest, near, within = rng.poisson(1500), rng.poisson(100), rng.poisson(60)
        after = (
            rng.poisson(60 * 1.1 * inside),
            rng.poisson(100 * 1.1 * ring),
            rng.poisson(1500 * 1.1),
        )
        works = date(2023, 6, 1)
        window, delivered = (date(2022, 6, 1), date(2024, 6, 30)), (date(2022, 8, 1), MAY)
        # The rest as the query forms it: what lies in no zone, less the ring.
        outside = (rest + near, after[2] + after[1])
        counts = (within, after[0], near, after[1], *outside)
        zones.append(
            (
                f"z{number}",
                f"26{number % 10}",
                works,
                *window,
                12,
                months,
                *counts,
                *delivered,
                True,
            )
        )
    copy_rows(city, "intermediate.int_crime_zones__compared", zones)


def seed_incidents(city: psycopg.Connection, *, ratio: float) -> None:
    """Street incidents of 16 districts in 12 quarters; six get dog patrols at three dates."""
    rng = np.random.default_rng(1)
    districts = [f"26{number:03}" for number in range(16)]
    starts = dict(
        zip(districts[:6], [date(2023, 1, 1), date(2023, 7, 1), date(2024, 1, 1)] * 2, strict=True)
    )
    rows: list[tuple[object, ...]] = []
    for number, district in enumerate(districts):
        for index in range(36):
            month = date(2022 + index // 12, index % 12 + 1, 1)
            level = (40 + 5 * number) * (1 + 0.02 * np.sin(index))
            level *= ratio if district in starts and month >= starts[district] else 1
            rows += [(district, month, month, "노상", True, True)] * int(rng.poisson(level))
    copy_rows(city, "marts.fct_crime_incidents", rows)
    copy_rows(city, "marts.dim_district", [(district,) for district in districts])
    copy_rows(city, "marts.fct_patrols", [(one, day, "dog") for one, day in starts.items()])
    months = [f"{2022 + index // 12}-{index % 12 + 1:02}" for index in range(36)]
    copy_rows(
        city,
        "staging.stg_platform__batch_slices",
        [("police_crime_incidents", month, False) for month in months],
    )


def only(programme: str) -> PolicyEffect:
    [effect] = evaluate(programmes=[programme])
    return effect


def test_a_planted_fall_at_chosen_sites_is_found(city: psycopg.Connection) -> None:
    seed_sites(city, ratio=0.7, by_count=True)

    effect = only("countdown_timers")

    assert effect.verdict == "decrease"
    assert effect.lower_95 is not None and effect.upper_95 is not None
    assert effect.lower_95 < 0.7 < effect.upper_95
    assert effect.treated_units == TREATED
    assert effect.control_units == SITES - TREATED
    assert effect.maryland_scale == 3
    assert "평균 회귀" in effect.sentence_ko


def test_where_nothing_was_planted_the_naive_comparison_is_fooled_and_ours_is_not(
    city: psycopg.Connection,
) -> None:
    seed_sites(city, ratio=1.0, by_count=True)

    effect = only("countdown_timers")

    assert effect.diagnostics["naive_upper_95"] < 1
    assert effect.diagnostics["regression_to_the_mean"] > 0.1
    assert effect.verdict == "not_detectable"


def test_crossings_that_got_other_facilities_too_are_left_out(city: psycopg.Connection) -> None:
    seed_sites(city, ratio=0.7, by_count=True)
    for since, limit in ((date(2021, 6, 1), 20), (date(2012, 6, 1), 5)):
        city.execute(
            "insert into marts.fct_signal_facilities"
            " select crossing_id, '보행신호 보조등', null, %s, reference_date, true"
            " from marts.fct_signal_facilities as timers where facility_kind = %s"
            " and not exists (select 1 from marts.fct_signal_facilities as others"
            " where others.crossing_id = timers.crossing_id"
            " and others.facility_kind = '보행신호 보조등') limit %s",
            [since, TIMER, limit],
        )

    effect = only("countdown_timers")

    # What stood before the study period changes nothing in it.
    assert effect.treated_units == TREATED - 20


def test_sites_without_enough_time_on_either_side_are_refused(city: psycopg.Connection) -> None:
    seed_sites(city, ratio=0.7, by_count=True)
    city.execute(
        "update marts.fct_signal_facilities set installed_on = '2024-11-01'"
        " where installed_on is not null"
    )

    effect = only("countdown_timers")

    assert effect.verdict == "refused"
    assert effect.estimate is None
    assert "충분" in effect.sentence_ko


def test_years_that_were_not_delivered_are_not_counted_as_quiet_years(
    city: psycopg.Connection,
) -> None:
    seed_sites(city, ratio=1.0, by_count=False)
    city.execute("delete from staging.stg_platform__batch_slices where slice_key like '2024%'")

    effect = only("countdown_timers")

    assert effect.after_end == date(2023, 12, 31)
    assert effect.verdict == "not_detectable"


def test_a_step_of_the_whole_city_is_found_against_its_own_past(city: psycopg.Connection) -> None:
    seed_calls(city, ratio=0.85)

    effect = only("intoxication_relief_centre")

    assert effect.verdict == "decrease"
    assert effect.lower_95 is not None and effect.upper_95 is not None
    assert effect.lower_95 < 0.85 < effect.upper_95
    assert effect.control_units is None
    assert effect.maryland_scale == 2
    assert "비교 집단이 없어" in effect.sentence_ko
    kinds = {point["series"] for point in effect.points}
    assert kinds == {"observed", "fitted", "counterfactual"}


def test_a_series_too_short_or_with_a_hole_is_refused(city: psycopg.Connection) -> None:
    seed_calls(city, ratio=0.85, last=date(2023, 6, 30))
    assert "달이 너무 적습니다" in only("intoxication_relief_centre").sentence_ko

    city.execute("truncate marts.fct_112_calls_daily")
    seed_calls(city, ratio=0.85)
    city.execute("delete from marts.fct_112_calls_daily where call_date = '2022-06-12'")
    assert "빠진 달" in only("intoxication_relief_centre").sentence_ko


def test_p_values_are_adjusted_within_their_family_alone(city: psycopg.Connection) -> None:
    seed_sites(city, ratio=0.7, by_count=True)
    side_light = "보행신호 보조등"
    city.execute(
        "insert into marts.fct_signal_facilities"
        " select crossing_id, %s, null, date '2022-06-01', %s, true"
        " from marts.fct_signal_facilities where facility_kind = %s and crossing_id not in"
        " (select crossing_id from marts.fct_signal_facilities where facility_kind = %s)"
        " order by crossing_id limit 60",
        [side_light, LAST, CROSSING, TIMER],
    )
    seed_calls(city, ratio=0.85)

    effects = {
        one.programme_id: one
        for one in evaluate(
            programmes=["countdown_timers", "signal_side_lights", "intoxication_relief_centre"]
        )
    }

    timers, lights = effects["countdown_timers"], effects["signal_side_lights"]
    assert (timers.family_size, lights.family_size) == (2, 2)
    assert timers.p_value is not None and timers.p_adjusted is not None
    assert timers.p_adjusted == pytest.approx(2 * timers.p_value, rel=0.01)
    centre = effects["intoxication_relief_centre"]
    assert (centre.family_size, centre.p_adjusted) == (1, centre.p_value)


def test_a_fall_in_zones_is_found_and_its_surroundings_are_told(city: psycopg.Connection) -> None:
    seed_zones(city, inside=0.7, ring=1.0)

    effect = only("prevention_zones")

    assert effect.verdict == "decrease"
    assert effect.lower_95 is not None and effect.upper_95 is not None
    assert effect.lower_95 < 0.7 < effect.upper_95
    assert abs(effect.diagnostics["displacement_quotient"]) < 0.5
    assert effect.diagnostics["displacement_difference_upper_95"] < 0
    assert (effect.before_start, effect.before_end) == (date(2022, 8, 1), MAY.replace(year=2023))
    assert (effect.after_start, effect.after_end) == (date(2023, 7, 1), MAY)
    assert "평균 회귀" in effect.sentence_ko


def test_what_moved_next_door_is_no_gain(city: psycopg.Connection) -> None:
    # What 40 zones lose, 30 % of 60 in each, their rings of 100 gain.
    seed_zones(city, inside=0.7, ring=1 + 0.3 * 60 / 100)

    effect = only("prevention_zones")

    assert effect.diagnostics["displacement_quotient"] < -0.5
    low, high = (
        effect.diagnostics[f"displacement_difference_{end}_95"] for end in ("lower", "upper")
    )
    assert low < 0 < high


def test_zones_without_enough_months_are_refused(city: psycopg.Connection) -> None:
    seed_zones(city, inside=0.7, ring=1.0, months=9)

    assert only("prevention_zones").verdict == "refused"


def test_a_roll_out_over_districts_is_found_by_permutation(city: psycopg.Connection) -> None:
    seed_incidents(city, ratio=0.8)

    effect = only("dog_patrols_night_incidents")

    assert effect.verdict == "decrease"
    assert effect.lower_95 is not None and effect.upper_95 is not None
    assert effect.lower_95 < 0.8 < effect.upper_95
    assert (effect.treated_units, effect.control_units) == (6, 10)
    checks = effect.diagnostics
    assert checks["pre_trend_p"] > 0.05
    assert checks["least_without_one"] < 0.8 < checks["most_without_one"] + 0.05
    assert len(effect.points) >= 5


def test_a_roll_out_that_changed_nothing_is_not_detectable(city: psycopg.Connection) -> None:
    seed_incidents(city, ratio=1.0)

    effect = only("dog_patrols_night_incidents")

    assert effect.verdict == "not_detectable"
    assert effect.mde is not None and effect.mde < 1
