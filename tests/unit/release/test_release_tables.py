"""The released table: safe in spreadsheets, typed in Parquet, the same bytes every time."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from release_builders import candidate

from busan_safety.release.tables import csv_bytes, parquet_bytes, read_csv, released_rows


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_text_that_starts_a_formula_is_disarmed(start: str) -> None:
    row = f"P1,{start}cmd,1,1.5,2024-03-01,observed,2024-12-31,t\n"

    assert released_rows(candidate(row))[0][1] == f"'{start}cmd"


def test_negative_number_is_no_formula() -> None:
    assert released_rows(candidate())[0][3] == "-1.50"


def test_booleans_are_spelt_out_and_missing_stays_empty() -> None:
    first, second = released_rows(candidate())

    assert first[7] == "true"
    assert second[2] == second[3] == second[4] == ""


def test_csv_opens_in_excel_with_korean_text() -> None:
    content = csv_bytes(["과제"], [["골목, 빛"]])

    assert content == '\ufeff과제\n"골목, 빛"\n'.encode()


@given(
    st.lists(
        st.lists(
            st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r")),
            min_size=2,
            max_size=2,
        )
    )
)
def test_csv_is_read_back_as_it_was_written(rows: list[list[str]]) -> None:
    assert read_csv(csv_bytes(["a", "b"], rows)) == (["a", "b"], rows)


def test_carriage_return_in_a_cell_does_not_end_the_row() -> None:
    assert read_csv(csv_bytes(["a", "b"], [["1\r2", "3\r\n4"]]))[1] == [["1\n2", "3\n4"]]


def test_parquet_is_typed_and_has_the_text_unguarded() -> None:
    table = pq.read_table(io.BytesIO(parquet_bytes(candidate(), {})))

    assert [field.type for field in table.schema] == [
        pa.string(),
        pa.string(),
        pa.int64(),
        pa.float64(),
        pa.date32(),
        pa.string(),
        pa.date32(),
        pa.bool_(),
    ]
    assert table.column("project_name").to_pylist() == ["=SUM(A1)", "골목, 빛"]
    assert table.column("budget_won").to_pylist() == [1000, None]
    assert (
        table.schema.field("budget_won").metadata[b"description"]
        == "예산(원) / Budget in KRW".encode()
    )


def test_parquet_says_that_it_is_synthetic() -> None:
    metadata = pq.read_schema(io.BytesIO(parquet_bytes(candidate(), {"synthetic": True}))).metadata

    assert metadata[b"busan_safety"] == b'{"synthetic": true}'
