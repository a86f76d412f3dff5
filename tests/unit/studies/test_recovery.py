"""The recovery study: its arithmetic, and the whole command on two cities."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from busan_safety.evaluation.plans import load_plans
from busan_safety.settings import get_settings
from busan_sandbox.options import OptionError, Options
from studies.recovery import run
from studies.recovery.__main__ import main
from studies.recovery.cities import thinned
from studies.recovery.programmes import NOT_STUDIED, PLACEBO, PLANTED, STUDIED
from studies.recovery.run import Outcome
from studies.recovery.summary import Share, summarise


def outcome(estimate: float, lower: float, upper: float, naive: float | None = None) -> Outcome:
    return Outcome(
        estimate,
        lower,
        upper,
        p_value=0.5,
        naive_estimate=naive,
        naive_lower=None if naive is None else naive * 0.9,
        naive_upper=None if naive is None else naive * 1.1,
    )


def test_a_summary_counts_what_covers_what_leaves_out_one_and_what_was_refused():
    cities = [
        outcome(0.8, 0.7, 0.9),
        outcome(0.9, 0.85, 0.99),
        outcome(1.25, 1.1, 1.4),
        outcome(0.8, 0.6, 1.2),
        Outcome(refused="too_few_events"),
    ]

    found = summarise(cities, plan_id="p", arm=PLANTED, truth=0.8)

    assert found is not None
    assert found.refused == pytest.approx(0.2)
    assert found.covered.value == 0.5
    assert found.significant.value == 0.75
    logs = np.log([0.8, 0.9, 1.25, 0.8])
    assert found.mean == pytest.approx(math.exp(logs.mean()))
    assert found.bias == pytest.approx(np.mean(logs - math.log(0.8)))
    assert found.bias_error == pytest.approx(np.std(logs, ddof=1) / 2)
    ratios = [0.9 / 0.7, 0.99 / 0.85, 1.4 / 1.1, 2.0]
    assert found.width == pytest.approx(math.prod(ratios) ** 0.25)


def test_an_unbounded_interval_covers_and_has_no_width():
    cities = [outcome(0.9, 0.0, math.inf), outcome(0.9, 0.5, 2.0)]

    found = summarise(cities, plan_id="p", arm=PLACEBO, truth=1.0)

    assert found is not None
    assert (found.covered.value, found.significant.value) == (1.0, 0.0)
    assert found.width == pytest.approx(4.0)


def test_the_naive_estimate_is_summarised_on_its_own_and_only_where_there_is_one():
    fooled = [outcome(1.0, 0.9, 1.1, naive=0.8)] * 3

    naive = summarise(fooled, plan_id="p", arm=PLACEBO, truth=1.0, estimator="naive")

    assert naive is not None
    assert (naive.covered.value, naive.significant.value) == (0.0, 1.0)
    none = [outcome(1.0, 0.9, 1.1)] * 3
    assert summarise(none, plan_id="p", arm=PLACEBO, truth=1.0, estimator="naive") is None


@pytest.mark.parametrize(
    ("covering", "verdict"),
    [(186, "within"), (194, "within"), (184, "compatible"), (197, "compatible"), (170, "outside")],
)
def test_coverage_is_judged_with_its_own_chance(covering, verdict):
    cities = [outcome(1, 0.9, 1.1)] * covering + [outcome(0.8, 0.7, 0.9)] * (200 - covering)

    found = summarise(cities, plan_id="p", arm=PLACEBO, truth=1.0)

    assert found is not None
    assert found.verdict == verdict


def test_a_share_without_cities_is_no_share():
    with pytest.raises(ValueError, match="at least one city"):
        Share.of(0, 0)


def test_every_plan_is_studied_or_named_as_not_studied():
    studied = [one.plan_id for one in STUDIED]

    assert sorted([*studied, *NOT_STUDIED]) == [plan.plan_id for plan in load_plans()]


def test_thinning_takes_events_of_a_cell_from_the_month_of_its_camera_on():
    plan = next(one for one in STUDIED if one.plan_id.startswith("security_cctv")).plan()
    quarters = [date(2024, month, 1) for month in (1, 4, 7)]
    rows = {
        plan.outcome.measure: [
            {"quarter": quarter, "started_on": day, "event_count": 10_000}
            for day in (date(2024, 6, 1), None)
            for quarter in quarters
        ],
        "overlap": [],
    }

    found = thinned(rows, plan, ratio=0.7, seed=1)

    counts = [row["event_count"] for row in found[plan.outcome.measure]]
    assert counts == pytest.approx([10_000, 9_000, 7_000, *[10_000] * 3], abs=150)
    assert found["overlap"] == []


def test_thinning_takes_events_of_a_district_by_its_amount():
    plan = next(one for one in STUDIED if one.plan_id.startswith("licence")).plan()
    rows = {plan.outcome.measure: [{"dose": dose, "event_count": 10_000} for dose in (0.0, 2.0)]}

    found = thinned(rows, plan, ratio=0.9, seed=1)[plan.outcome.measure]

    assert [row["event_count"] for row in found] == pytest.approx([10_000, 8_100], abs=150)


def test_thinning_takes_events_after_the_interruption_alone():
    studied = next(one for one in STUDIED if one.plan_id.startswith("relief"))
    plan = studied.plan()
    opening = plan.dates.interruption
    assert opening is not None
    months = [opening.replace(month=3), opening]
    rows = {plan.outcome.measure: [{"month": month, "event_count": 10_000} for month in months]}

    before, after = thinned(rows, plan, ratio=0.85, seed=1)[plan.outcome.measure]

    assert before["event_count"] == 10_000
    assert after["event_count"] == pytest.approx(8_500, abs=200)


def test_a_programme_that_nobody_plants_cannot_be_left_out():
    with pytest.raises(OptionError, match="nothing is planted for signal_side_lights"):
        Options(without=frozenset({"signal_side_lights"}))


def test_two_cities_give_a_page_and_are_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(get_settings(), "var_dir", tmp_path / "var")
    page = tmp_path / "recovery.md"
    command = ["--cities", "2", "--processes", "1", "--page", str(page)]
    command += ["--plan", "countdown_timers_accidents"]

    main(command)

    written = page.read_text("utf-8")
    rows = [line.split(" | ") for line in written.splitlines() if line.startswith("| countdown")]
    assert [row[1] for row in rows] == ["the plan's", "naive"] * 2
    assert [row[2] for row in rows] == ["0.75"] * 2 + ["1.00"] * 2
    assert "2 cities" in written and "numpy" in written
    assert page.with_suffix(".svg").read_text("utf-8").startswith("<svg")

    def again(*_: Any) -> None:
        raise AssertionError("a city was run again")

    monkeypatch.setattr(run, "outcome_of", again)
    main(command)
    assert page.read_text("utf-8") == written
