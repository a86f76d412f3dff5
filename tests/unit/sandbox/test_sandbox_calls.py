"""112 calls: magnitude, shape, dispersion, the planted effect and the planted faults."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, datetime

import numpy as np
import pytest

from busan_sandbox import city as facts
from busan_sandbox.calls import CALLS_PER_YEAR, NIGHT_HOURS, Calls, month_of_calls
from busan_sandbox.emergency import HEADER, call_files
from busan_sandbox.options import Month, Options

from .conftest import City


@pytest.fixture(scope="module")
def real_size() -> Calls:
    """Return October 2023 at the real city's size."""
    return month_of_calls(Options(scale=1.0), Month(2023, 10), {})


def night_ratio(rows: list[dict[str, str]], truth: dict[str, object]) -> tuple[float, float]:
    """Return the crude ratio of ratios of night calls and the standard error of its logarithm."""
    treated = truth["treated_dongs"]
    assert isinstance(treated, dict)
    first, last = min(treated.values()), max(treated.values())
    cells: Counter[tuple[bool, str]] = Counter()
    for row in rows:
        day, hour = row["RECV_DM"][:10], int(row["RECV_DM"][11:13])
        if hour in NIGHT_HOURS and not first <= day <= last:
            cells[row["HPPN_DONG_CD"] in treated, "before" if day < first else "after"] += 1
    assert len(cells) == 4
    change = {t: cells[t, "after"] / cells[t, "before"] for t in (True, False)}
    return change[True] / change[False], math.sqrt(sum(1 / count for count in cells.values()))


def test_a_year_has_about_as_many_calls_as_the_real_city(city: City) -> None:
    expected = 2 * CALLS_PER_YEAR * city.options.scale

    assert city.truth["planted"]["calls"] == pytest.approx(expected, rel=0.05)


def test_mix_of_calls_is_that_of_the_published_figures(real_size: Calls) -> None:
    yearly = {
        code: 12 * int((real_size.event_class == code).sum()) for code in (107, 211, 212, 305)
    }

    # DOMAIN.md C: domestic 12,662, dating 4,533, stalking 1,289 in 2023; drunk 79,167 in 2024.
    assert yearly[107] == pytest.approx(12_662, rel=0.2)
    assert yearly[211] == pytest.approx(4_533, rel=0.2)
    assert yearly[212] == pytest.approx(1_289, rel=0.25)
    assert yearly[305] == pytest.approx(79_167, rel=0.15)


def test_share_without_dispatch_and_urgent_share_are_plausible(real_size: Calls) -> None:
    share = np.bincount(real_size.priority, minlength=5) / len(real_size)

    # 42.7 % without dispatch (Busan 2015), 14.4 % urgent (Ulsan 2023).
    assert share[4] == pytest.approx(0.427, abs=0.03)
    assert share[0] + share[1] == pytest.approx(0.144, abs=0.03)


def test_calls_without_dispatch_have_no_arrival(real_size: Calls) -> None:
    undispatched = real_size.priority == 4

    assert np.isnat(real_size.arrived[undispatched]).all()
    assert (np.isnat(real_size.arrived[~undispatched])).mean() == pytest.approx(0.04, abs=0.01)


def test_urgent_calls_are_reached_sooner(real_size: Calls) -> None:
    minutes = (real_size.arrived - real_size.received).astype(float) / 60
    there = ~np.isnat(real_size.arrived)
    urgent = there & (real_size.priority <= 1)
    later = there & (real_size.priority == 3)

    assert 4.5 < np.median(minutes[urgent]) < 6.5
    assert np.median(minutes[later]) > 2 * np.median(minutes[urgent])
    assert minutes[there].min() >= 0.5


def test_violence_peaks_at_night_and_on_saturday(real_size: Calls) -> None:
    violence = real_size.received[np.isin(real_size.event_class, (201, 301))]
    hours = violence.astype("datetime64[h]").astype(int) % 24
    weekdays = (violence.astype("datetime64[D]").astype(int) + 3) % 7

    assert int(np.bincount(hours).argmax()) in (21, 22, 23, 0, 1)
    per_day = np.bincount(weekdays) / np.array([5, 5, 4, 4, 4, 4, 5])  # October 2023
    assert int(per_day.argmax()) == 5


def test_daily_counts_of_districts_are_overdispersed(real_size: Calls) -> None:
    districts = np.array([dong.district_code for dong in facts.dongs()])[real_size.dong]
    days = real_size.received.astype("datetime64[D]").astype(int)
    ratios = []
    for district in facts.districts():
        counts = np.bincount(days[districts == district.code] - days.min())
        ratios.append(counts.var(ddof=1) / counts.mean())

    # A Poisson count has the ratio 1, give or take 0.26 for 31 days.
    assert np.mean(ratios) > 2


def test_drunk_person_calls_break_in_2025() -> None:
    options = Options(scale=1.0, last=Month(2025, 12))
    before, after = (month_of_calls(options, Month(year, 3), {}) for year in (2024, 2025))

    ratio = (after.event_class == 305).sum() / (before.event_class == 305).sum()

    assert ratio == pytest.approx(21_762 / 79_167, rel=0.15)


def test_beach_districts_peak_in_summer() -> None:
    options = Options(scale=0.5)
    codes = np.array([dong.district_code for dong in facts.dongs()])

    def share(month: Month) -> float:
        calls = month_of_calls(options, month, {})
        return float((codes[calls.dong] == "26350").mean())

    assert share(Month(2023, 8)) > share(Month(2023, 3)) * 1.05


def test_planted_effect_is_recovered_by_a_crude_ratio(
    city: City, call_rows: list[dict[str, str]]
) -> None:
    truth = city.truth

    ratio, error = night_ratio(call_rows, truth)

    planted = truth["effects"][0]["rate_ratio"]
    assert abs(math.log(ratio / planted)) < 2.6 * error
    assert math.log(ratio) < -3 * error


def test_no_effect_is_planted_on_request() -> None:
    options = Options(scale=0.1, first=Month(2023, 9), last=Month(2023, 10), route_effect=1.0)
    treated = {dong.code: date(2023, 9, 15) for dong in facts.dongs()[::2]}

    for month in options.months:
        with_works = month_of_calls(options, month, treated)
        without = month_of_calls(options, month, {})
        assert np.array_equal(with_works.received, without.received)


def test_only_night_calls_of_treated_dongs_after_the_works_are_thinned() -> None:
    options = Options(scale=1.0, route_effect=0.5)
    place = next(dong for dong in facts.dongs() if dong.name == "부전제1동")
    works = date(2023, 3, 10)
    without = month_of_calls(options, Month(2023, 3), {})
    treated = month_of_calls(options, Month(2023, 3), {place.code: works})

    def counts(calls: Calls) -> Counter[tuple[bool, bool, bool]]:
        hours = calls.received.astype("datetime64[h]").astype(int) % 24
        here = calls.dong == facts.dongs().index(place)
        after = calls.received.astype("datetime64[D]") > np.datetime64(works)
        night = np.isin(hours, NIGHT_HOURS)
        return Counter(zip(here.tolist(), after.tolist(), night.tolist(), strict=True))

    before, now = counts(without), counts(treated)
    hit = (True, True, True)
    assert now[hit] / before[hit] == pytest.approx(0.5, abs=0.1)
    del before[hit], now[hit]
    assert before == now


def test_rows_have_the_form_of_the_interface(call_rows: list[dict[str, str]]) -> None:
    dongs = {dong.code for dong in facts.dongs()}
    stations = {facts.station_office(dong.station) for dong in facts.dongs()}

    assert list(call_rows[0]) == HEADER.split(",")
    for row in call_rows:
        received = datetime.strptime(row["RECV_DM"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
        assert row["RECV_NO"].startswith(f"{received:%Y%m%d}-")
        assert row["ARRV_DM"] == "" or len(row["ARRV_DM"]) == 19
        assert row["EMRG_CL"] in ("C0", "C1", "C2", "C3", "C4")
        assert row["RPTER_SEX"] in ("1", "2", "3")
        assert row["SME_EVT_YN"] in ("Y", "N")
        assert row["RECV_DEPT_NM"] in stations
        assert row["HPPN_DONG_CD"] in dongs or row["HPPN_DONG_CD"] == "4812051000"
        assert (row["HPPN_X"] == "") == (row["HPPN_Y"] == "")
    assert {"부산진경찰서", "부산남부경찰서"} <= stations
    assert len(stations) == 15


def test_planted_faults_are_in_the_files_as_counted(
    city: City, call_rows: list[dict[str, str]]
) -> None:
    planted = city.truth["planted"]
    numbers = Counter(row["RECV_NO"] for row in call_rows)
    located = [row for row in call_rows if row["HPPN_X"]]

    found = {
        "calls": len(numbers),
        "receipt_repeated": sum(count - 1 for count in numbers.values()),
        "class_is_text": sum(not row["EVT_CL_CD"].isdecimal() for row in call_rows),
        "dong_outside_busan": sum(row["HPPN_DONG_CD"][:2] != "26" for row in call_rows),
        "arrived_before_received": sum("" < row["ARRV_DM"] < row["RECV_DM"] for row in call_rows),
        "coordinates_swapped": sum(float(row["HPPN_Y"]) > 120 for row in located),
        "coordinates_zero": sum(float(row["HPPN_X"]) == 0 for row in located),
        "end_code_bracket": sum(row["END_CD"] == "{" for row in call_rows),
        "end_code_nan": sum(row["END_CD"] == "nan" for row in call_rows),
        "end_code_float": sum(row["END_CD"].endswith(".0") for row in call_rows),
    }

    assert found == {name: planted[name] for name in found}
    assert min(found.values()) > 0
    clean = {row["END_CD"] for row in call_rows} - {"{", "nan"}
    assert {int(float(code)) // 100 for code in clean} == {1, 2, 3, 4, 5, 6}


def test_suyeong_station_answers_only_since_its_opening() -> None:
    options = Options(scale=0.05, first=Month(2025, 8), last=Month(2025, 8))
    stations: dict[str, set[str]] = {}
    for delivery in call_files(options, {}, Counter()):
        day = delivery.path[-12:-4]
        for line in delivery.content.decode("cp949").splitlines()[1:]:
            fields = line.split(",")
            if fields[8].startswith("26500"):
                stations.setdefault(day, set()).add(fields[3])

    assert set.union(*(stations[d] for d in ("20250801", "20250803", "20250804"))) == {
        "부산남부경찰서",
        "부산연제경찰서",
    }
    assert set.union(*(found for day, found in stations.items() if day >= "20250805")) == {
        "부산수영경찰서"
    }
