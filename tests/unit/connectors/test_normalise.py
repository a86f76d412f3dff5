import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busan_safety.connectors.normalise import (
    NORMALISERS,
    collapse,
    coordinate,
    date,
    datetime,
    drop_code,
    hours_as_minutes,
    minutes,
    month,
    number,
    range_high,
    range_low,
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1,234", "1234"),
        ("3,291,004", "3291004"),
        ("          2.07", "2.07"),
        ("１２３", "123"),
        ("3건", "3"),
        ("-12", "-12"),
        ("2.0", "2"),
        ("129.030", "129.03"),
        ("100", "100"),
        ("-", None),
        (".", None),
        ("", None),
        ("해당없음", None),
    ],
)
def test_numbers_as_senders_write_them(text, plain):
    assert number(text).text == plain


def test_a_wrong_thousands_separator_is_left_for_the_database_to_refuse():
    assert number("1,23").text == "1,23"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-11-22", "2024-11-22"),
        ("20190403", "2019-04-03"),
        ("2024.1.5", "2024-01-05"),
        ("2019년 1월 1일", "2019-01-01"),
        ("2018-09", "2018-09-01"),
        ("2024-07-15 00:00:00", "2024-07-15"),
        ("", None),
    ],
)
def test_dates_as_senders_write_them(text, iso):
    assert date(text).text == iso


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023년01월", "2023-01-01"),
        ("2018-09", "2018-09-01"),
        ("201809", "2018-09-01"),
        ("2024.1", "2024-01-01"),
        ("2017-08-31", "2017-08-01"),
    ],
)
def test_months_are_their_first_day(text, iso):
    assert month(text).text == iso


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2021-01-01 3:00", "2021-01-01 03:00:00"),
        ("2021010103", "2021-01-01 03:00:00"),
        ("2019년 1월 1일 02시", "2019-01-01 02:00:00"),
        ("2024-03-05 13:22:11", "2024-03-05 13:22:11"),
    ],
)
def test_times_with_unpadded_hours(text, iso):
    assert datetime(text).text == iso


@pytest.mark.parametrize(
    ("text", "plain", "finding"),
    [
        ("35.1034", "35.1034", None),
        ("35.33593,", "35.33593", "coordinate_punctuation_dropped"),
        ("129226015", "129.226015", "coordinate_decimal_point_restored"),
        ("35.174535.1741", None, "coordinate_unreadable"),
        ("0.0", None, "coordinate_zero"),
        ("동경", None, "coordinate_unreadable"),
        ("", None, None),
    ],
)
def test_coordinates_are_mended_by_declared_rules(text, plain, finding):
    assert coordinate(text) == (plain, finding)


def test_wide_blanks_and_codes_leave_names():
    assert collapse("　　　중구 ").text == "중구"
    assert drop_code("부산광역시 중구 (2611000000)").text == "부산광역시 중구"


@pytest.mark.parametrize("name", sorted(NORMALISERS))
@given(text=st.text(max_size=40))
def test_no_text_makes_a_normaliser_fail(name, text):
    value = NORMALISERS[name](text)
    assert value.text != ""


@given(st.integers(-(10**12), 10**12))
def test_thousands_separators_never_change_the_value(value):
    assert number(f"{value:,}").text == str(value)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)))
def test_every_spelling_of_a_date_is_the_same_date(day):
    spellings = [f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day.year}.{day.month}.{day.day}"]
    assert {date(text).text for text in spellings} == {day.isoformat()}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("90", "90"),
        ("90분", "90"),
        ("2시간", "120"),
        ("1시간 30분", "90"),
        ("1.5 시간", "90"),
        ("０1:30", "90"),
        ("-", None),
        ("두 시간", "두시간"),
    ],
)
def test_durations_become_minutes(text, plain):
    assert minutes(text).text == plain


@pytest.mark.parametrize(
    ("text", "plain"), [("1.5", "90"), ("2", "120"), ("약 2", None), ("", None)]
)
def test_bare_hours_become_minutes(text, plain):
    assert hours_as_minutes(text) == plain


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("6~8", ("6", "8")),
        ("12.3 ~ 29.5", ("12.3", "29.5")),
        ("5.5-6.3", ("5.5", "6.3")),
        ("8～6", ("6", "8")),
        ("6", ("6", "6")),
        ("4m", ("4", "4")),
        ("7,30", (None, None)),
        ("넓음", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_range_has_two_bounds(text, bounds):
    assert (range_low(text), range_high(text)) == bounds


@given(st.text(max_size=30) | st.from_regex(r"\d{1,4}(\.\d)?~\d{1,4}", fullmatch=True))
def test_the_bounds_of_a_range_come_together_and_in_order(text):
    low, high = range_low(text), range_high(text)

    assert (low is None) == (high is None)
    assert low is None or high is None or float(low) <= float(high)
