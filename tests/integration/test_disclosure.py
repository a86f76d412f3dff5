"""Small counts of people do not reach schema `disclosed`; zeros and gaps keep their meaning."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import psycopg
import pytest
import yaml
from disclosure_marts import create_marts, disclosed, only
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from busan_safety.disclosure import PolicyRefused, UnclassedIndicator, protect
from busan_safety.settings import ROOT, get_settings

CLASS_OF = {
    "theft_rate": "person",
    "stalking_call_rate": "person_sensitive",
    "victim_share": "person",
    "call_112_rate": "none",
}
NUMBERS = ("numerator", "value", "lower_95", "upper_95", "interval_method")


@pytest.fixture
def marts(warehouse: psycopg.Connection) -> psycopg.Connection:
    create_marts(warehouse)
    return warehouse


def add_value(
    marts: psycopg.Connection,
    indicator_id: str = "theft_rate",
    *,
    numerator: float | None,
    denominator: float | None = 40000,
    status: str = "observed",
    place: tuple[str, str] = ("district", "26110"),
    month: int = 1,
) -> None:
    has_value = status in ("observed", "provisional")
    value = numerator / denominator * 100 if has_value and numerator is not None else None
    marts.execute(
        "insert into marts.fct_indicator_value values"
        " (%s, 1, %s, %s, 'month', %s, %s, %s, %s, %s, %s, %s, %s, %s, 'residents', false, null,"
        " '2024-12-31', true)",
        (
            indicator_id,
            *place,
            date(2000 + month // 12, month % 12 + 1, 1),
            date(2000 + month // 12, month % 12 + 1, 28),
            numerator,
            denominator,
            value,
            None if value is None else value / 2,
            None if value is None else value * 2 + 1,
            None if value is None else "exact",
            status,
        ),
    )


@pytest.mark.parametrize("indicator_id", ["theft_rate", "stalking_call_rate"])
@pytest.mark.parametrize("count", [1, 4])
def test_one_to_four_people_are_hidden_with_everything_made_from_them(
    marts: psycopg.Connection, indicator_id: str, count: int
) -> None:
    add_value(marts, indicator_id, numerator=count)

    reports = {report.dataset: report for report in protect()}

    row = only(disclosed(marts, "safety_indicators"))
    assert row["value_status"] == "suppressed"
    assert [row[name] for name in NUMBERS] == [None] * 5
    assert row["denominator"] == 40000
    assert row["place_name_ko"] == "중구"
    assert (reports["safety_indicators"].rows, reports["safety_indicators"].suppressed) == (1, 1)


@pytest.mark.parametrize("count", [0, 5, 600])
def test_zero_and_five_or_more_are_published_unchanged(
    marts: psycopg.Connection, count: int
) -> None:
    add_value(marts, numerator=count)

    protect()

    row = only(disclosed(marts, "safety_indicators"))
    original = only(
        marts.cursor(row_factory=dict_row)
        .execute("select * from marts.fct_indicator_value")
        .fetchall()
    )
    assert {name: row[name] for name in original} == original


def test_small_counts_of_a_class_without_people_are_published(marts: psycopg.Connection) -> None:
    add_value(marts, "call_112_rate", numerator=2)

    protect()

    assert only(disclosed(marts, "safety_indicators"))["numerator"] == 2


def test_denominator_that_counts_people_is_hidden_with_its_numerator(
    marts: psycopg.Connection,
) -> None:
    add_value(marts, "victim_share", numerator=3, denominator=700)

    protect()

    assert only(disclosed(marts, "safety_indicators"))["denominator"] is None


def test_small_denominator_of_people_hides_even_a_zero(marts: psycopg.Connection) -> None:
    add_value(marts, "victim_share", numerator=0, denominator=2)

    protect()

    row = only(disclosed(marts, "safety_indicators"))
    assert (row["value_status"], row["numerator"], row["denominator"]) == ("suppressed", None, None)


@pytest.mark.parametrize("status", ["not_reported", "not_applicable"])
def test_gaps_stay_gaps_and_are_not_called_suppressed(
    marts: psycopg.Connection, status: str
) -> None:
    add_value(marts, numerator=None, denominator=None, status=status)

    reports = {report.dataset: report for report in protect()}

    assert only(disclosed(marts, "safety_indicators"))["value_status"] == status
    assert reports["safety_indicators"].suppressed == 0


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (("district", "26140"), "서구"),
        (("station", "jungbu"), "부산중부경찰서"),
        (("city", "26"), "부산광역시"),
    ],
)
def test_every_kind_of_place_has_its_name(
    marts: psycopg.Connection, place: tuple[str, str], name: str
) -> None:
    add_value(marts, numerator=50, place=place)

    protect()

    assert only(disclosed(marts, "safety_indicators"))["place_name_ko"] == name


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(CLASS_OF)),
            st.one_of(st.none(), st.integers(0, 12)),
            st.integers(1, 12),
        ),
        max_size=40,
    )
)
def test_no_published_number_lies_between_one_and_four_in_a_person_based_class(
    marts: psycopg.Connection, drawn: list[tuple[str, int | None, int]]
) -> None:
    marts.execute("delete from marts.fct_indicator_value")
    for month, (indicator_id, numerator, denominator) in enumerate(drawn):
        status = "not_reported" if numerator is None else "observed"
        add_value(
            marts,
            indicator_id,
            numerator=numerator,
            denominator=denominator,
            status=status,
            month=month,
        )

    protect()

    rows = {
        (r["indicator_id"], r["period_start"]): r for r in disclosed(marts, "safety_indicators")
    }
    assert len(rows) == len(drawn)
    for month, (indicator_id, numerator, denominator) in enumerate(drawn):
        row = rows[indicator_id, date(2000 + month // 12, month % 12 + 1, 1)]
        counts = [numerator] if indicator_id != "victim_share" else [numerator, denominator]
        small = any(count in (1, 2, 3, 4) for count in counts)
        hidden = small and CLASS_OF[indicator_id] != "none"
        assert (row["value_status"] == "suppressed") == hidden
        assert (row["numerator"] is None) == (hidden or numerator is None)
        if hidden:
            assert [row[name] for name in NUMBERS] == [None] * 5


def test_indicator_without_a_known_class_stops_everything(marts: psycopg.Connection) -> None:
    add_value(marts, numerator=50)
    protect()
    marts.execute("update marts.dim_indicator set suppression_class = 'new_class'")
    add_value(marts, numerator=60, month=2)

    with pytest.raises(UnclassedIndicator, match="theft_rate"):
        protect()

    assert only(disclosed(marts, "safety_indicators"))["numerator"] == 50


def test_indicator_missing_from_the_dimension_stops_everything(marts: psycopg.Connection) -> None:
    add_value(marts, "made_up_rate", numerator=50)

    with pytest.raises(UnclassedIndicator, match="made_up_rate"):
        protect()


def test_failure_in_the_last_table_leaves_all_former_tables(marts: psycopg.Connection) -> None:
    add_value(marts, numerator=50)
    protect()
    marts.execute("update marts.fct_indicator_value set numerator = 70")
    marts.execute("alter table marts.fct_living_lab_projects rename to gone")

    with pytest.raises(psycopg.errors.UndefinedTable):
        protect()

    assert only(disclosed(marts, "safety_indicators"))["numerator"] == 50


def test_policy_decides_the_threshold(
    marts: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = yaml.safe_load((ROOT / "expectations" / "disclosure.yml").read_text("utf-8"))
    policy["classes"]["person_sensitive"]["threshold"] = 11
    shutil.copytree(ROOT / "expectations", tmp_path / "expectations")
    (tmp_path / "expectations" / "disclosure.yml").write_text(yaml.safe_dump(policy))
    monkeypatch.setattr(get_settings(), "root", tmp_path)
    add_value(marts, "theft_rate", numerator=10)
    add_value(marts, "stalking_call_rate", numerator=10)

    protect()

    status = {r["indicator_id"]: r["value_status"] for r in disclosed(marts, "safety_indicators")}
    assert status == {"theft_rate": "observed", "stalking_call_rate": "suppressed"}

    shutil.rmtree(tmp_path / "expectations")
    with pytest.raises(PolicyRefused):
        protect()
