import datetime as dt

import pytest

from busan_safety.loading.period import is_plausible, normal_period, period_in_name


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("경찰청_범죄 발생 지역별 통계_20231231.csv", "20231231"),
        ("부산경찰청_경찰서별_5대범죄_20231231_지역머리글.csv", "20231231"),
        ("112_calls_20240305.csv", "20240305"),
        ("2023_first_half.csv", "2023"),
        ("부산동별경찰서.csv", None),
    ],
)
def test_the_date_in_a_name(name, found):
    assert period_in_name(name) == found


@pytest.mark.parametrize(
    ("text", "unit", "normal"),
    [
        ("20240305", "day", "2024-03-05"),
        ("2024.3.5", "day", "2024-03-05"),
        ("20231231", "year", "2023"),
        ("2024-3", "month", "2024-03"),
        ("2024", "month", None),
        ("2024-13", "month", None),
        ("20240231", "day", None),
        ("spring", "year", None),
        ("2022-13", "year", None),
    ],
)
def test_periods_in_the_sources_unit(text, unit, normal):
    assert normal_period(text, unit) == normal


@pytest.mark.parametrize(
    ("period", "plausible"),
    [("2024", True), ("2026", True), ("2027", False), ("2099", False), ("1889", False)],
)
def test_a_year_that_has_not_begun_is_not_plausible(period, plausible):
    assert is_plausible(period, dt.date(2026, 3, 1)) is plausible


def test_a_day_of_tomorrow_is_not_plausible():
    assert is_plausible("2026-03-01", dt.date(2026, 3, 1))
    assert not is_plausible("2026-03-02", dt.date(2026, 3, 1))
