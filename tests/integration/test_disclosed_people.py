"""Children, respondents, programmes, bodies and places as disclosure control lets them out."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from disclosure_marts import create_marts, disclosed

from busan_safety.disclosure import protect

NUMBERS = ("count_value", "base_count", "rate")
HIDDEN = [None, None, None, "suppressed"]
MISSING = [None, None, None, "not_reported"]


@pytest.fixture
def marts(warehouse: psycopg.Connection) -> psycopg.Connection:
    create_marts(warehouse)
    return warehouse


def measured(marts: psycopg.Connection, measure: str, level: str = "all") -> dict[str, list[Any]]:
    """Count, base, rate and status of a measure by place."""
    return {
        row["place_code"]: [
            *(None if row[name] is None else float(row[name]) for name in NUMBERS),
            row["value_status"],
        ]
        for row in disclosed(marts, "schools_child_safety")
        if (row["measure_id"], row["school_level"]) == (measure, level)
    }


def add_round(
    marts: psycopg.Connection, district: str, victims: tuple[int, ...] | None, pupils: int = 100
) -> None:
    for number, level in enumerate(("elementary", "middle", "high")):
        marts.execute(
            "insert into marts.fct_measures_school_violence values (%s, %s, %s, %s, %s)",
            (
                district,
                level,
                *((pupils, victims[number], True) if victims else (None, None, False)),
            ),
        )


def test_few_victims_are_hidden_with_their_rate_and_the_pupils_asked(
    marts: psycopg.Connection,
) -> None:
    add_round(marts, "26110", (20, 4, 0))
    add_round(marts, "26140", (10, 15, 11), pupils=50)
    add_round(marts, "26710", (30, 15, 11))

    protect()

    assert measured(marts, "violence_victims", "middle")["26110"] == HIDDEN
    assert measured(marts, "violence_victims", "high")["26110"] == [0, 100, 0, "observed"]
    assert measured(marts, "violence_victims")["26110"] == [24, 300, 8, "observed"]
    assert measured(marts, "violence_victims")["26"] == [116, 750, 15.4667, "observed"]

    hidden = {
        (level, place)
        for level in ("elementary", "middle", "high", "all")
        for place, row in measured(marts, "violence_victims", level).items()
        if row == HIDDEN
    }
    # A rectangle: the city's middle schools less two districts, a district less its high schools.
    assert hidden == {
        (level, place) for level in ("elementary", "middle") for place in ("26110", "26140")
    }


def test_zero_victims_among_few_pupils_are_hidden_too(marts: psycopg.Connection) -> None:
    add_round(marts, "26110", (0, 0, 0), pupils=4)

    protect()

    assert measured(marts, "violence_victims", "middle")["26110"] == HIDDEN


def test_round_that_a_district_did_not_send_leaves_the_city_unknown(
    marts: psycopg.Connection,
) -> None:
    add_round(marts, "26110", (20, 10, 10))
    add_round(marts, "26140", None)

    protect()

    victims = measured(marts, "violence_victims")
    assert victims == {"26110": [40, 300, 13.3333, "observed"], "26140": MISSING, "26": MISSING}
    assert measured(marts, "violence_reports", "high")["26110"] == MISSING


def test_hours_of_a_few_keepers_are_hidden_and_hours_of_none_are_zero(
    marts: psycopg.Connection,
) -> None:
    marts.execute(
        "insert into marts.fct_child_keeper_district_months values"
        " ('26110', 3, 160, 9, true), ('26140', 0, 0, 0, true), ('26710', 20, 900, 2, true)"
    )

    protect()

    hours = measured(marts, "keeper_hours")
    assert hours["26110"] == HIDDEN
    assert hours["26140"] == [0, 0, None, "observed"]
    assert hours["26"] == [1060, 23, 46.087, "observed"]
    # The city less the others: the one other district with keepers goes too.
    assert hours["26710"] == HIDDEN
    assert measured(marts, "keepers")["26110"] == HIDDEN
    assert measured(marts, "keepers")["26710"] == HIDDEN
    assert measured(marts, "keeper_actions")["26710"] == HIDDEN


def test_children_hurt_in_zones_are_hidden_and_zones_are_not(marts: psycopg.Connection) -> None:
    marts.execute(
        "insert into marts.fct_measures_traffic_statistics values"
        " ('26110', 1, 3, true), ('26140', 6, 3, true), ('26710', 7, 3, true)"
    )
    marts.execute(
        "insert into marts.fct_child_zones values"
        " ('26110', true, '2024-06-30', true), ('26110', false, '2024-06-30', true),"
        " ('26110', null, '2024-06-30', true), ('26140', true, '2024-06-30', true)"
    )

    protect()

    accidents = measured(marts, "zone_child_accidents")
    assert accidents["26110"] == HIDDEN
    assert accidents["26140"] == HIDDEN
    assert accidents["26710"] == [7, 3, 233.3333, "observed"]
    assert accidents["26"] == [14, 9, 155.5556, "observed"]
    assert measured(marts, "child_zones")["26110"] == [3, None, None, "observed"]
    assert measured(marts, "camera_zones")["26110"] == [1, 2, 50, "observed"]
    assert measured(marts, "child_zones")["26710"] == MISSING


def test_answers_of_few_respondents_are_hidden_with_their_number_and_interval(
    marts: psycopg.Connection,
) -> None:
    marts.execute(
        "insert into marts.fct_survey_group_estimates values"
        " ('aware', 'city', '26', 2024, 59, 40, 30, 50),"
        " ('aware', 'district', '26110', 2024, 30, 45, 30, 60),"
        " ('aware', 'district', '26140', 2024, 29, 35, 20, 50)"
    )

    protect()

    rows = {
        (row["question"], row["group_code"]): [
            row[name] for name in ("respondent_count", "estimate", "lower_95", "interval_method")
        ]
        + [row["value_status"]]
        for row in disclosed(marts, "citizen_survey")
    }
    assert rows["aware", "26110"] == [30, 45, 30, "linearised", "observed"]
    assert rows["aware", "26140"] == [None, None, None, None, "suppressed"]
    assert rows["aware", "26710"] == [0, None, None, None, "not_applicable"]
    assert rows["safety_all", "26110"] == [None, None, None, None, "not_reported"]


def test_few_admissions_are_hidden_and_the_money_stays(marts: psycopg.Connection) -> None:
    marts.execute(
        "insert into marts.fct_programmes_by_year values"
        " ('centre', 2023, 4, 1000, true, false, true, false, 'admissions'),"
        " ('centre', 2024, 0, 1000, true, true, true, true, 'admissions'),"
        " ('council', 2024, 2, 1000, true, false, false, false, 'activities'),"
        " ('late', 2024, null, null, true, false, false, false, 'activities'),"
        " ('free', 2024, null, null, false, false, false, false, null)"
    )

    protect()

    found = {
        (row["programme_id"], row["fiscal_year"]): [
            row[name] for name in ("current_won", "value_status", "output_count", "output_status")
        ]
        for row in disclosed(marts, "programmes_budget")
    }
    assert found == {
        ("centre", 2023): [1000, "observed", None, "suppressed"],
        ("centre", 2024): [1000, "provisional", 0, "provisional"],
        ("council", 2024): [1000, "observed", 2, "observed"],
        ("late", 2024): [None, "not_reported", None, "not_reported"],
        ("free", 2024): [None, "not_applicable", None, "not_applicable"],
    }


def test_body_without_a_session_is_zero_and_a_year_nobody_sent_is_not_reported(
    marts: psycopg.Connection,
) -> None:
    marts.execute(
        "insert into marts.fct_participation_years values"
        " ('자문단', 2023, 'Advisers', 'p', null, null, null, null, null, null, null, null, null,"
        "  null, false, true, '2024-12-31', true),"
        " ('자문단', 2024, 'Advisers', 'p', 0, 1, 0, 0, 1, 1, 0, 1, 1, null, true, false,"
        "  '2024-12-31', true)"
    )

    protect()

    rows = disclosed(marts, "participation", "activity_year")
    assert [(row["session_count"], row["value_status"]) for row in rows] == [
        (None, "not_reported"),
        (0, "observed"),
    ]


def test_places_keep_their_neighbourhood_and_lose_nothing(marts: psycopg.Connection) -> None:
    marts.execute("insert into marts.dim_dong values ('2611053000', '대청동')")
    marts.execute(
        "insert into marts.fct_safe_routes (route_id, district_code, dong_code, length_m,"
        " bell_count, facility_count, reference_date, is_synthetic) values"
        " ('r', '26110', '2611053000', 300, 1, 1, '2024-06-30', true)"
    )
    marts.execute(
        "insert into marts.fct_crime_zones (zone_id, district_code, reference_date, is_synthetic)"
        " values ('z', '26140', '2024-06-30', true)"
    )

    protect()

    zone, route = disclosed(marts, "routes_zones")
    assert (route["dong_name_ko"], route["bell_count"], route["value_status"]) == (
        "대청동",
        1,
        "observed",
    )
    assert (zone["district_name_ko"], zone["value_status"]) == ("서구", "not_reported")
