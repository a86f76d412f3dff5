import pytest

from busan_safety.sources.reference import (
    ELSEWHERE,
    districts,
    find_crime_class,
    find_district,
    find_district_with_city,
    find_station,
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("부산광역시 중구 ", "26110"),
        ("부산중구", "26110"),
        ("부산 중구", "26110"),
        ("부산부산진구", "26230"),
        ("부산광역시(자연재난과) 부산진구청", "26230"),
        ("부산광역시 진구 전포동 874-1", "26230"),
        ("부산공역시 동구청", "26170"),
        ("부산광역시 동구망양로", "26170"),
        ("부산광역시 중구 (2611000000)", "26110"),
        ("기장군", "26710"),
        ("기장군청", "26710"),
        ("26500", "26500"),
    ],
)
def test_every_spelling_seen_finds_its_district(text, code):
    assert find_district(text, assume_city=False) == code


@pytest.mark.parametrize(
    "code", ["26710", "2671025000", "3400000", "21510", "21310"], ids="code {}".format
)
def test_a_code_of_any_system_finds_its_district(code):
    assert find_district(code, assume_city=False) == "26710"


@pytest.mark.parametrize("code", ["11", "11110", "4111000000", "4000000", "22010"])
def test_a_code_of_another_place_is_elsewhere(code):
    assert find_district(code, assume_city=True) is ELSEWHERE


@pytest.mark.parametrize("code", ["26", "21", "2600000000", "6260000", "26999", "1201", "7"])
def test_the_citys_own_code_and_no_codes_are_no_district(code):
    assert find_district(code, assume_city=True) is None


def test_a_bare_namesake_is_nobodys_unless_the_file_is_busans():
    assert find_district("중구", assume_city=False) is None
    assert find_district("중구", assume_city=True) == "26110"


@pytest.mark.parametrize(
    "text", ["서울특별시 중구", "대구중구", "광주 북구", "강원특별자치도 강릉시", "경기 고양"]
)
def test_other_cities_are_elsewhere(text):
    assert find_district(text, assume_city=True) is ELSEWHERE
    assert find_district_with_city(text) is ELSEWHERE


def test_a_substring_is_not_the_city():
    assert find_district_with_city("오산시 부산동") is ELSEWHERE
    assert find_district("전남 장흥군 부산면", assume_city=False) is ELSEWHERE


def test_there_are_sixteen_districts_with_their_own_codes():
    assert len(districts()) == 16
    assert len({district.instt_code for district in districts().values()}) == 16


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("중부", "jungbu"),
        ("부산진", "busanjin"),
        ("부산부산진", "busanjin"),
        ("부산진경찰서", "busanjin"),
        ("부산광역시 해운대경찰서", "haeundae"),
        ("부산 연제경찰서", "yeonje"),
        ("부산동부경찰서/초량지구대", "dongbu"),
        ("서울중부경찰서", None),
        ("", None),
    ],
)
def test_station_spellings(text, code):
    assert find_station(text) == code


def test_a_crime_class_is_the_same_in_every_years_spelling():
    spellings = ["기타강간강제추행등", "기타 강간 강제추행등", "기타 강간/강제추행등"]
    found = {find_crime_class(text) for text in spellings}
    assert len(found) == 1
    assert None not in found
