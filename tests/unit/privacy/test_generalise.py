"""Each generalisation keeps what it names and loses the rest."""

import datetime as dt

import pytest

from busan_safety.privacy.generalise import NotGeneralisable, generaliser
from busan_safety.sources import Column

EVENT = dt.date(2024, 3, 5)


def generalise(how, text, column_type="text", event=EVENT):
    column = Column(
        name="x",
        type=column_type,
        privacy="generalise",
        generalise=how,
        description={"ko": "x", "en": "x"},
    )
    return generaliser(column)(text, event)


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("34", "30-39"),
        ("0", "0-9"),
        ("89세", "80-89"),
        ("90", "90+"),
        ("104", "90+"),
        ("1990-03-05", "30-39"),
        ("1994-03-05", "30-39"),
        ("1994-03-06", "20-29"),
        ("1990년생", "30-39"),
        ("19900305", "30-39"),
    ],
)
def test_ages_and_birth_dates_become_bands_at_the_day_of_the_event(text, band):
    assert generalise("age_band_10", text) == band


@pytest.mark.parametrize("text", ["", "미상", "999", "2024-03-06", "1700-01-01", "900305-1"])
def test_what_is_no_age_is_refused_and_not_guessed(text):
    with pytest.raises(NotGeneralisable) as refused:
        generalise("age_band_10", text)
    assert not text or text not in str(refused.value)


def test_a_birth_date_without_an_event_cannot_become_an_age():
    with pytest.raises(NotGeneralisable):
        generalise("age_band_10", "1990-01-01", event=None)
    assert generalise("age_band_10", "34", event=None) == "30-39"


@pytest.mark.parametrize(
    ("how", "column_type", "text", "kept"),
    [
        ("year", "smallint", "1990-03-05", "1990"),
        ("year", "smallint", "1990", "1990"),
        ("year", "date", "1990-03-05", "1990-01-01"),
        ("month", "date", "2024-03-05", "2024-03-01"),
        ("month", "text", "2024-03-05 10:11", "2024-03"),
        ("hour", "timestamptz", "2024-03-05 01:59:59", "2024-03-05 01:00:00"),
        ("hour", "smallint", "2024-03-05 01:59", "1"),
        ("coordinate_3", "double precision", "129.05991", "129.060"),
        ("first_letter", "text", "김철수", "김"),
        ("district_in_address", "text", "부산광역시 동래구 온천동 12-3", "26260"),
        ("district_in_address", "text", "서울특별시 중구 을지로 1", None),
    ],
)
def test_detail_is_lost(how, column_type, text, kept):
    assert generalise(how, text, column_type) == kept


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("year", "봄"),
        ("month", "봄"),
        ("hour", "2024-03-05"),
        ("hour", "2024-03-05 25:00"),
        ("coordinate_3", "동경"),
        ("district_in_address", "온천천 옆"),
    ],
)
def test_a_value_of_another_kind_is_refused_without_being_quoted(how, text):
    with pytest.raises(NotGeneralisable) as refused:
        generalise(how, text)
    assert text not in str(refused.value)
