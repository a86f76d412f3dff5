"""The police's feeds: figures that are published, and effects that are planted."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pytest

from busan_sandbox import city
from busan_sandbox.accident_files import accident_files, file_years
from busan_sandbox.accidents import MOPED, PARTIES, TWO_WHEELER, accidents_of_year
from busan_sandbox.apo import APO_EFFECT, has_vehicle
from busan_sandbox.calls import NIGHT_HOURS
from busan_sandbox.dogpatrol import DOG_EFFECT, DOG_STARTS, DOG_YEARS
from busan_sandbox.draws import day64
from busan_sandbox.incidents import ARSON, PLACES, five_major_of_2023, incidents_of_year
from busan_sandbox.options import Month, Options
from busan_sandbox.patrols import DOG, dog_patrols_of_year, dog_teams, patrol_files
from busan_sandbox.relational import KINDS, cases_of_year
from busan_sandbox.sites import (
    CAMERA_EFFECT,
    CHOSEN_BY,
    TIMER_EFFECT,
    all_sites,
    crossing_accidents,
    crossings,
)
from busan_sandbox.zones import ZONE_COUNT, ZONE_EFFECT, zones

WHOLE = Options(scale=1)
# The year after the works, whole: effects are measured on the process, not on files.
LATER = (2024, 2025)


def ratio(before: Any, after: Any, control_before: Any, control_after: Any) -> float:
    """Ratio of rate ratios, treated against control."""
    return float(after / before / (control_after / control_before))


def near(found: float, planted: float, *cells: float) -> bool:
    """Whether a ratio lies within three standard errors (of its logarithm) of the planted one."""
    error = sum(1 / cell for cell in cells) ** 0.5
    return abs(np.log(found / planted)) < 3 * error


def test_the_five_major_crimes_of_2023_are_the_published_ones() -> None:
    found = incidents_of_year(WHOLE, 2023)
    labels = [row["class_middle"] for row in city.table("crime_classes")]
    major = found.crime_class != labels.index(ARSON)
    stations = [dong.station for dong in city.dongs()]

    assert int(major.sum()) == 33_080
    by_station = Counter(stations[i] for i in found.dong[major].tolist())
    published = dict(
        zip(
            [row["station"] for row in city.table("station_crimes")],
            np.sum(list(five_major_of_2023().values()), axis=0).astype(int).tolist(),
            strict=True,
        )
    )
    assert by_station == published
    theft = found.crime_class == labels.index("절도범죄")
    assert int(theft.sum()) == 15_046


@pytest.mark.parametrize(("scale", "expected"), [(0.5, 16_540), (0.02, 3_308)])
def test_a_smaller_city_has_its_share_of_incidents_but_never_less_than_a_tenth(
    scale: float, expected: int
) -> None:
    found = incidents_of_year(Options(scale=scale), 2023)
    labels = [row["class_middle"] for row in city.table("crime_classes")]

    assert int((found.crime_class != labels.index(ARSON)).sum()) == expected


def test_no_incident_is_reported_before_it_happened_or_cleared_before_its_report() -> None:
    found = incidents_of_year(WHOLE, 2023)
    cleared = ~np.isnat(found.cleared)

    assert (found.reported >= found.occurred).all()
    assert (found.cleared[cleared] >= found.reported[cleared].astype("datetime64[D]")).all()
    assert (found.occurred.astype("datetime64[Y]") == np.datetime64("2023")).all()
    assert cleared.mean() == pytest.approx(0.71, abs=0.02)


def test_there_are_73_zones_at_every_scale_and_every_district_has_one() -> None:
    for scale in (0.02, 1):
        found = zones(Options(scale=scale))
        assert len(found) == ZONE_COUNT == 73
        assert len({zone.zone_id for zone in found}) == 73
        assert {zone.dong.district_code for zone in found} == {d.code for d in city.districts()}


def after_works(options: Options, years: tuple[int, ...]) -> tuple[Counter[str], Counter[str]]:
    """Count incidents before and after the works: in treated zones, around them, elsewhere."""
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    found = zones(options)
    works = {zone.dong_index: day64(zone.works_completed_on) for zone in found}
    middle = day64(options.middle)
    for year in years:
        incidents = incidents_of_year(options, year)
        days = incidents.occurred.astype("datetime64[D]")
        ended = np.array([works.get(i, day64(None)) for i in incidents.dong.tolist()])
        treated = ended != day64(None)
        since = np.where(treated, days > ended, days > middle)
        ring = treated & (incidents.zone < 0) & near_zone(options, incidents)
        for name, rows in (
            ("zone", treated & (incidents.zone >= 0)),
            ("buffer", ring),
            ("control", ~treated),
        ):
            before[name] += int((rows & ~since).sum())
            after[name] += int((rows & since).sum())
    return before, after


def near_zone(options: Options, incidents: Any) -> Any:
    """Whether an incident lies within 200 m of the edge of its dong's zone."""
    of = {zone.dong_index: zone for zone in zones(options)}
    far = np.array([of[i].longitude if i in of else 0.0 for i in incidents.dong.tolist()])
    up = np.array([of[i].latitude if i in of else 0.0 for i in incidents.dong.tolist()])
    reach = np.array([of[i].radius_m + 200 if i in of else 0.0 for i in incidents.dong.tolist()])
    x = (incidents.longitude - far) * 111_000 * np.cos(np.radians(35.1))
    return np.hypot(x, (incidents.latitude - up) * 111_000) < reach


def test_works_lower_incidents_in_the_zone_and_change_nothing_around_it() -> None:
    counts: list[Counter[str]] = [Counter(), Counter()]
    for seed in (1, 2, 3):
        for total, part in zip(
            counts, after_works(Options(seed=seed, scale=1), (2023, 2024)), strict=True
        ):
            total.update(part)
    before, after = counts

    for place, planted in (("zone", ZONE_EFFECT), ("buffer", 1.0)):
        cells = (before[place], after[place], before["control"], after["control"])
        found = ratio(*cells)
        assert near(found, planted, *cells), (place, found)
    assert not near(
        ratio(before["zone"], after["zone"], before["control"], after["control"]),
        1.0,
        before["zone"],
        after["zone"],
        before["control"],
        after["control"],
    )


def test_dogs_lower_street_incidents_at_night_in_their_districts() -> None:
    starting_2024 = {code for code, day in DOG_STARTS.items() if day.year == 2024}
    never_yet = {d.code for d in city.districts()} - {
        code for code, day in DOG_STARTS.items() if day.year < 2025
    }
    cells = []
    for codes in (starting_2024, never_yet):
        here = np.array([dong.district_code in codes for dong in city.dongs()])
        for year in (2023, 2024):
            total = 0
            for seed in (1, 2, 3):
                found = incidents_of_year(Options(seed=seed, scale=1), year)
                months = found.occurred.astype("datetime64[M]").astype(int) % 12
                hours = found.occurred.astype("datetime64[h]").astype(int) % 24
                street = (found.place == PLACES.index("노상")) & np.isin(hours, NIGHT_HOURS)
                total += int((here[found.dong] & street & (months >= 3)).sum())
            cells.append(total)

    found = ratio(*cells)
    assert near(found, DOG_EFFECT, *cells), found
    assert found < 1


def test_relational_reports_of_2023_are_the_published_ones() -> None:
    cases = cases_of_year(WHOLE, 2023)

    assert Counter(KINDS[k].name for k in cases.kind.tolist()) == {
        "가정폭력": 12_662,
        "교제폭력": 4_533,
        "스토킹": 1_289,
        "아동학대": 2_144,
        "노인학대": 1_396,
    }
    assert len(cases_of_year(Options(scale=0.02), 2023)) == 2_202


def test_a_household_keeps_its_kind_and_place_in_every_report() -> None:
    cases = cases_of_year(WHOLE, 2023)
    keys = zip(
        cases.year_of_household.tolist(),
        cases.household.tolist(),
        cases.order.tolist(),
        strict=True,
    )
    known: dict[tuple[int, int], tuple[int, int]] = {}
    seen = set()
    again = 0
    for key, kind, dong in zip(keys, cases.kind.tolist(), cases.dong.tolist(), strict=True):
        assert key not in seen
        seen.add(key)
        again += key[:2] in known
        assert known.setdefault(key[:2], (kind, dong)) == (kind, dong)
    assert 0.15 < again / len(cases) < 0.25


def test_vehicles_make_further_reports_of_a_household_rarer() -> None:
    """Chance of a further report after reports of April 18 to August, both years, both groups."""
    counted: Counter[tuple[bool, int, bool]] = Counter()
    for seed in range(1, 7):
        options = Options(seed=seed, scale=1)
        for year in (2023, 2024):
            cases = cases_of_year(options, year)
            followed = set(
                zip(
                    cases.year_of_household.tolist(),
                    cases.household.tolist(),
                    (cases.order - 1).tolist(),
                    strict=True,
                )
            )
            days = cases.reported.astype("datetime64[D]")
            window = (days >= np.datetime64(f"{year}-04-18")) & (
                days < np.datetime64(f"{year}-09-01")
            )
            part = cases.at(window)
            for row in zip(
                part.year_of_household.tolist(),
                part.household.tolist(),
                part.order.tolist(),
                part.dong.tolist(),
                strict=True,
            ):
                treated = has_vehicle(city.dongs()[row[3]].station, date(2024, 4, 18))
                counted[treated, year, row[:3] in followed] += 1
    shares = {
        (treated, year): counted[treated, year, True]
        / (counted[treated, year, True] + counted[treated, year, False])
        for treated in (True, False)
        for year in (2023, 2024)
    }

    found = ratio(shares[True, 2023], shares[True, 2024], shares[False, 2023], shares[False, 2024])
    cells = [counted[treated, year, True] for treated in (True, False) for year in (2023, 2024)]
    assert near(found, APO_EFFECT, *cells), found
    assert found < 0.97


def test_deaths_and_districts_of_2023_are_the_published_ones() -> None:
    found = accidents_of_year(WHOLE, 2023)
    districts = Counter(city.dongs()[i].district_code for i in found.dong.tolist())

    assert int(found.deaths.sum()) == 110
    assert int(found.deaths[found.victim_age >= 65].sum()) == 51
    assert int(found.deaths[found.elderly_on_foot].sum()) == 31
    assert len(found) == pytest.approx(11_500, rel=0.03)
    assert districts["26230"] == pytest.approx(1_392, rel=0.12)
    assert districts["26260"] == pytest.approx(975, rel=0.12)
    hurt = found.deaths + found.serious + found.slight + found.reported
    assert (hurt >= 1).all()


def test_a_smaller_city_keeps_the_same_accidents_and_no_others() -> None:
    assert len(accidents_of_year(Options(scale=0.02), 2023)) == len(accidents_of_year(WHOLE, 2023))
    planted: Counter[str] = Counter()
    list(accident_files(Options(scale=0.02), planted))
    years = file_years(Options())

    whole = sum(len(accidents_of_year(WHOLE, year)) for year in years)

    assert planted["police_traffic_accidents.rows"] == pytest.approx(0.25 * whole, rel=0.05)


def test_countdown_timers_stand_where_accidents_were_many_and_mostly_at_schools() -> None:
    timers = [site for site in all_sites(WHOLE) if site.kind == "countdown_timer"]

    assert len(timers) == len({site.crossing.crossing_id for site in timers}) == 34 + 45
    assert sum(site.crossing.in_child_zone for site in timers) == 76
    first = [site.installed_on for site in timers[:34]]
    assert (min(first) >= date(2022, 11, 1), max(first) <= date(2023, 5, 31)) == (True, True)


def at_sites(kind: str, years: tuple[int, ...], two_wheelers: bool = False) -> list[int]:
    """Count accidents before and after works at treated crossings of several cities, expected."""
    observed, expected = 0, 0.0
    for seed in range(1, 7):
        options = Options(seed=seed, scale=1)
        places = {c.crossing_id: i for i, c in enumerate(crossings(options))}
        sites = [places[s.crossing.crossing_id] for s in all_sites(options) if s.kind == kind]
        for year in years:
            found = accidents_of_year(options, year)
            rows = np.isin(found.crossing, sites)
            plain = crossing_accidents(options, year)[sites].sum()
            if two_wheelers:
                rows &= np.isin(found.offender, (TWO_WHEELER, MOPED))
                plain = plain * (PARTIES[TWO_WHEELER][1] + PARTIES[MOPED][1]) / 100
            observed += int(rows.sum())
            expected += float(plain)
    return [observed, round(expected)]


def test_accidents_fall_at_timers_by_the_planted_ratio() -> None:
    """All 79 stand since 2023-12-20: 2024 and 2025 are years after, 2021 is one before."""
    before = at_sites("countdown_timer", (2021,))
    after = at_sites("countdown_timer", LATER)

    assert before[0] == before[1]
    assert near(after[0] / after[1], TIMER_EFFECT, *after)


def test_a_naive_comparison_at_timers_is_fooled_by_the_choice_of_bad_crossings() -> None:
    """Accidents before any effect fall after the years by which the crossings were chosen."""
    chosen = later = everywhere = everywhere_later = 0
    for seed in range(1, 7):
        options = Options(seed=seed, scale=1)
        places = {c.crossing_id: i for i, c in enumerate(crossings(options))}
        sites = [
            places[s.crossing.crossing_id]
            for s in all_sites(options)
            if s.kind == "countdown_timer"
        ]
        for year in CHOSEN_BY:
            counts = crossing_accidents(options, year)
            after = crossing_accidents(options, year + 5)
            chosen += int(counts[sites].sum())
            later += int(after[sites].sum())
            everywhere += int(counts.sum())
            everywhere_later += int(after.sum())

    assert ratio(chosen, later, everywhere, everywhere_later) < 0.95


def test_rear_plate_cameras_lower_accidents_of_two_wheelers() -> None:
    observed, expected = at_sites("rear_plate_camera", (2025, 2026), two_wheelers=True)

    assert near(observed / expected, CAMERA_EFFECT, observed, expected * 10)
    assert not near(observed / expected, 1.0, observed, expected * 10)


@pytest.mark.parametrize("year", sorted(DOG_YEARS))
def test_dog_patrols_teams_and_reports_are_the_published_ones(year: int) -> None:
    found = dog_patrols_of_year(Options(), year)
    figures = DOG_YEARS[year]
    districts = {city.dongs()[i].district_code for i in found.dong.tolist()}

    assert len(found.day) == figures.patrols
    assert int(found.reports_112.sum()) == figures.reports_112
    assert int(found.reports_120.sum()) == figures.reports_120
    assert sum(dog_teams(year).values()) == figures.teams
    assert len(districts) == {2022: 2, 2023: 4, 2024: 7, 2025: 10}[year]
    for day, dong in zip(found.day.tolist(), found.dong.tolist(), strict=True):
        assert day >= DOG_STARTS[city.dongs()[dong].district_code]


def test_dog_patrols_are_not_scaled() -> None:
    counts = []
    for scale in (0.001, 0.5):
        planted: Counter[str] = Counter()
        list(patrol_files(Options(scale=scale, last=Month(2023, 12)), planted))
        counts.append(planted["police_patrols.dog_rows"])

    assert counts == [DOG_YEARS[2023].patrols] * 2
    assert DOG == "반려견순찰"
