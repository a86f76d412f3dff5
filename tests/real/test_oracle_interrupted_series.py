"""The Sicilian smoking ban, as in the tutorial of Lopez Bernal, Cummins & Gasparrini 2017."""

import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from busan_safety.evaluation.methods.interrupted_series import Series, interrupted_series

pytestmark = pytest.mark.real

BAN = date(2005, 1, 1)


@pytest.fixture(scope="module")
def sicily(real_files: Path) -> Series:
    path = real_files.parent / "oracles" / "sicily_smoking_ban.csv"
    if not path.is_file():
        pytest.skip(f"no reference data at {path}")
    table = pd.read_csv(path)
    months = [date(y, m, 1) for y, m in zip(table["year"], table["month"], strict=True)]
    return Series(tuple(months), table["aces"].to_numpy(), table["stdpop"].to_numpy())


def test_step_change_matches_published_numbers(sicily: Series) -> None:
    found = interrupted_series(sicily, BAN, errors="poisson")

    assert (found.months_before, found.months_after) == (36, 23)
    assert round(found.level_change.estimate, 6) == 0.894377
    assert round(found.level_change.lower, 6) == 0.864686
    assert round(found.level_change.upper, 6) == 0.925086
    assert round(found.level_change.standard_error, 6) == 0.017225
    assert round(found.trend.estimate, 6) == 1.004957


def test_over_dispersion_widens_the_same_estimate(sicily: Series) -> None:
    plain = interrupted_series(sicily, BAN, errors="poisson").level_change

    found = interrupted_series(sicily, BAN)

    assert found.level_change.estimate == plain.estimate
    assert found.level_change.standard_error == pytest.approx(
        plain.standard_error * math.sqrt(found.dispersion)
    )
    assert found.dispersion > 3


def test_seasonal_model_matches_published_numbers(sicily: Series) -> None:
    found = interrupted_series(sicily, BAN, harmonic_pairs=2)

    change = found.level_change
    assert [round(x, 3) for x in (change.estimate, change.lower, change.upper)] == [
        0.885,
        0.839,
        0.933,
    ]
    assert round(found.dispersion, 3) == 2.262
    assert round(found.trend.estimate**12, 3) == 1.067


@pytest.mark.parametrize(
    ("term", "coefficient", "standard_error", "p_value"),
    [
        ("sin_1", 0.0370967, 0.0100241, 0.000520),
        ("sin_2", -0.0182122, 0.0096435, 0.064537),
        ("cos_1", 0.0381608, 0.0096848, 0.000244),
        ("cos_2", 0.0147634, 0.0097221, 0.134935),
    ],
)
def test_season_matches_the_summary_that_r_prints(
    sicily: Series, term: str, coefficient: float, standard_error: float, p_value: float
) -> None:
    # R: glm(aces ~ offset(log(stdpop)) + smokban + time + harmonic(month, 2, 12), quasipoisson)
    found = interrupted_series(sicily, BAN, harmonic_pairs=2, student_t=True).season[term]

    assert round(math.log(found.estimate), 7) == coefficient
    assert round(found.standard_error, 7) == standard_error
    # R stops at a change of the deviance below 1e-8, which leaves the seventh digit open.
    assert found.p_value == pytest.approx(p_value, abs=1e-6)
