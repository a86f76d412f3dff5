"""What looks like a person is counted by column and kind, and never quoted."""

import pytest

from busan_safety.connectors import DeliveryRefused
from busan_safety.loading.personal import (
    PersonalData,
    joined,
    without_identifiers,
    without_persons,
)
from busan_safety.sources import get_source

CALLS = get_source("police_112_calls")
COLUMNS = [column.name for column in CALLS.columns]


def csv_row(**change):
    values = dict.fromkeys(COLUMNS, "") | {"receipt_number": "20240305-000000001"} | change
    return ",".join(values.values()).encode()


def test_a_block_without_persons_finds_nothing():
    personal = PersonalData(CALLS)
    personal.look_at_csv(b"\n".join([csv_row()] * 100), COLUMNS)
    personal.refuse("a.csv")
    assert not personal.found


def test_cells_are_counted_by_column_and_kind():
    personal = PersonalData(CALLS)
    rows = [csv_row(), csv_row(end_code="010-1234-5678"), csv_row(end_code='"900506-1234567"')]
    personal.look_at_csv(b"\n".join(rows), COLUMNS)
    assert personal.found == {("end_code", "phone"): 1, ("end_code", "resident_number"): 1}
    with pytest.raises(DeliveryRefused, match="END_CD") as refused:
        personal.refuse("a.csv")
    assert "1234" not in str(refused.value)


def test_a_row_of_another_width_is_judged_as_a_whole():
    personal = PersonalData(CALLS)
    personal.look_at_csv(b"a,010-1234-5678", COLUMNS)
    assert sum(personal.found.values()) == 1


def test_cells_of_a_record_keep_their_columns_whatever_they_hold():
    personal = PersonalData(CALLS)
    record = joined(["두 줄\n글", None, "010-1234-5678"])
    personal.look_at_records([record], COLUMNS[:3])
    assert personal.found == {(COLUMNS[2], "phone"): 1}


def test_an_office_phone_is_exempt_for_phones_only():
    personal = PersonalData(get_source("district_cctv"))
    personal.look_at("phone", "051-123-4567")
    personal.look_at("phone", "900506-1234567")
    assert personal.found == {("phone", "resident_number"): 1}


def test_messages_never_quote_an_identifier():
    assert "1234" not in without_identifiers("010-1234-5678")
    assert without_identifiers("백사") == "백사"
    refusal = DeliveryRefused("wrong_columns", "its first row is '010-1234-5678'")
    assert "1234" not in str(without_persons(refusal, "a.csv"))
    assert without_persons(refusal, "a.csv").code == "wrong_columns"
