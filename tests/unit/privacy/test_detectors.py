"""Personal identifiers are recognised by shape; codes, dates and hashes are left alone."""

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busan_safety.privacy import count_leaks, kinds_in


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("900101-1234567", "resident_number"),
        ("신고자 9001011234567", "resident_number"),
        ("900101 - 1234567", "resident_number"),
        ("９００１０１－１２３４５６７", "resident_number"),
        ("050229-3000000 / 040229-3000000", "resident_number"),
        ("010-1234-5678", "phone"),
        ("01012345678", "phone"),
        ("010‑1234‑5678", "phone"),
        ("연락처: 051-123-4567", "phone"),
        ("(051)123-4567", "phone"),
        ("1588-1234", "phone"),
        ("12가3456", "vehicle_plate"),
        ("부산 12 바 3456", "vehicle_plate"),
        ("123하4567", "vehicle_plate"),
        ("21-09-123456-70", "driver_licence"),
    ],
)
def test_identifier_is_recognised(text: str, kind: str) -> None:
    assert kinds_in(text) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2611051000",
        "2024-12-31",
        "20241231",
        "2023년1231",
        "151개 2024",
        "901301-1234567",
        "050229-3000000",
        "0.01012345678",
        "129.0112345678",
        "35.1796 129.0756",
        "three 2023.12.1",
        "안심귀갓길 서구 토성동 2023",
    ],
)
def test_codes_dates_and_decimals_are_not_identifiers(text: str) -> None:
    assert kinds_in(text) == frozenset()


@given(st.binary())
def test_hashes_are_not_identifiers(content: bytes) -> None:
    assert kinds_in(hashlib.sha256(content).hexdigest()) == frozenset()


@given(
    st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)),
    st.integers(min_value=0, max_value=999_999),
    st.sampled_from(["", "-", " "]),
)
def test_every_resident_number_is_found_whatever_its_check_digit(
    born: date, tail: int, separator: str
) -> None:
    century = "1" if born.year < 2000 else "3"

    assert "resident_number" in kinds_in(f"{born:%y%m%d}{separator}{century}{tail:06d}")


def test_leaks_are_counted_by_value_and_empty_cells_pass() -> None:
    values = ["010-1234-5678", "010-1234-5678 010-9999-0000", None, "", "서구", "12가3456"]

    assert count_leaks(values) == {"phone": 2, "vehicle_plate": 1}
