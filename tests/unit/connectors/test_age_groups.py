"""Ages read from the names of age groups."""

import pytest

from busan_safety.connectors.normalise import age_from, age_to


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0~9세", "0", "9"),
        ("65~69", "65", "69"),
        ("7세", "7", "7"),
        ("100세 이상", "100", None),
        ("20세 미만", "0", "19"),
        ("７０∼７９세", "70", "79"),
        ("총 거주자수", None, None),
        ("연령구간인구수", None, None),
        ("-", None, None),
        (None, None, None),
    ],
)
def test_age_group_gives_its_youngest_and_oldest_age(text, low, high):
    assert (age_from(text), age_to(text)) == (low, high)
