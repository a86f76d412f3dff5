"""The city's eleven feeds in the registry: owned, bounded, and safe for the persons in them."""

import pytest

from busan_safety.sources import all_sources, get_source

NEW = (
    "city_population_age",
    "city_safety_budget",
    "city_urgent_budget",
    "city_participation",
    "city_citizen_survey",
    "city_signal_facilities",
    "city_relief_center",
    "city_mental_center",
    "city_victim_support",
    "city_traffic_culture",
    "city_events",
)
# One row a person: nothing in them may be published as it is.
PERSONS = ("city_citizen_survey", "city_relief_center", "city_mental_center", "city_victim_support")
# Indicators of DOMAIN B2 and the columns that they are made from.
INDICATORS = {
    "intox_center_admissions": ("city_relief_center", ["admitted_at"]),
    "intox_center_mean_stay_hours": ("city_relief_center", ["admitted_at", "discharged_at"]),
    "intox_center_er_transfer_share": ("city_relief_center", ["outcome"]),
    "intox_repeat_share": ("city_relief_center", ["person_id", "admitted_at"]),
    "mental_joint_response_count": ("city_mental_center", ["response_kind", "received_at"]),
    "mental_emergency_admission_share": ("city_mental_center", ["admission_kind"]),
    "mental_handling_time_median": ("city_mental_center", ["received_at", "closed_at"]),
    "event_incident_rate": ("city_events", ["incident_count", "attendance_count"]),
    "urgent_budget_lead_days": ("city_urgent_budget", ["requested_on", "paid_on"]),
    "protected_victim_revictim_rate": ("city_victim_support", ["person_id", "is_revictimised"]),
    "private_guard_days": ("city_victim_support", ["started_on", "ended_on", "guard_count"]),
    "happy_home_completion_rate": ("city_victim_support", ["participation", "is_completed"]),
    "happy_home_reoffence_rate": (
        "city_victim_support",
        ["participation", "rereported_on", "earlier_report_count"],
    ),
    "happy_home_satisfaction": ("city_victim_support", ["person_role", "satisfaction_level"]),
    "elderly_pedestrian_casualty_rate": ("city_population_age", ["age_from", "population"]),
    "licence_return_rate_65": ("city_traffic_culture", ["count", "holder_count", "age_from"]),
    "budget_execution_rate": (
        "city_safety_budget",
        ["executed_thousand_won", "current_thousand_won", "as_of_date"],
    ),
    "autonomous_police_awareness_rate": ("city_citizen_survey", ["awareness", "design_weight"]),
    "night_walk_fear_share": ("city_citizen_survey", ["night_walk_feeling", "design_weight"]),
    "living_lab_citizen_score": ("city_citizen_survey", ["living_lab_score", "design_weight"]),
}


@pytest.mark.parametrize("source_id", NEW)
def test_a_feed_says_whose_it_is_and_what_is_plausible(source_id):
    source = get_source(source_id)

    stored = {column.name for column in source.stored_columns}
    assert (source.agency, source.owner) == ("city", "city-feeds")
    assert source.freshness.warn_days < source.freshness.fail_days
    assert source.freshness.event_column in stored
    assert set(source.natural_key) <= stored
    assert source.plausibility.rows[0]
    assert source.rules
    assert source.duplicates and set(source.duplicates.columns) <= stored


@pytest.mark.parametrize("source_id", NEW)
def test_a_measured_column_has_a_unit(source_id):
    numbers = ("integer", "bigint", "smallint", "numeric", "double")
    without = [
        column.name
        for column in get_source(source_id).columns
        if column.type.startswith(numbers)
        and not column.unit
        and column.name not in ("serial_number", "birth_year")
        and not column.name.endswith("year")
    ]
    assert without == []


@pytest.mark.parametrize("source_id", PERSONS)
def test_rows_of_persons_are_closed_and_no_detail_of_them_is_public(source_id):
    source = get_source(source_id)

    public = {column.name for column in source.columns if column.privacy == "public"}
    assert source.licence == "closed"
    assert public <= {"serial_number", "support_year", "survey_year", "design_weight"}


def test_names_telephones_and_free_text_never_reach_raw():
    for source in (get_source(source_id) for source_id in NEW):
        for column in source.columns:
            spelled = " ".join([column.name, *column.headers])
            if any(word in spelled for word in ("성명", "휴대전화", "연락처", "제안자")):
                assert column.privacy == "drop", (source.id, column.name)
    assert get_source("city_relief_center").column("remark").privacy == "drop"


def test_numbers_of_persons_are_hashed_and_ages_lose_detail():
    found = {
        (source.id, column.name): (column.privacy, column.generalise)
        for source in (get_source(source_id) for source_id in NEW)
        for column in source.columns
        if column.privacy in ("pseudonymise", "generalise")
    }

    assert found == {
        ("city_participation", "member_number"): ("pseudonymise", None),
        ("city_citizen_survey", "respondent_id"): ("pseudonymise", None),
        ("city_citizen_survey", "age_band"): ("generalise", "age_band_10"),
        ("city_relief_center", "person_id"): ("pseudonymise", None),
        ("city_relief_center", "birth_year"): ("generalise", "year"),
        ("city_mental_center", "person_id"): ("pseudonymise", None),
        ("city_mental_center", "age_band"): ("generalise", "age_band_10"),
        ("city_victim_support", "person_id"): ("pseudonymise", None),
        ("city_victim_support", "birth_year"): ("generalise", "year"),
    }


@pytest.mark.parametrize("indicator", INDICATORS)
def test_the_indicator_can_be_made_from_the_columns(indicator):
    source_id, columns = INDICATORS[indicator]
    stored = {column.name for column in get_source(source_id).stored_columns}
    assert set(columns) <= stored


def test_all_feeds_of_the_city_are_here():
    city = {name for name in all_sources() if name.startswith("city_")}
    assert set(NEW) <= city
