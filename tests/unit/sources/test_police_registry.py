"""The police's nine newer feeds in the registry: owned, bounded, safe for the persons in them."""

import re

import pytest

from busan_safety.sources import get_source
from busan_safety.sources.model import squash
from busan_sandbox import accident_files, incident_files, keepers, patrols, relational_files

NEW = (
    "police_crime_incidents",
    "police_relational_cases",
    "police_traffic_accidents",
    "police_traffic_statistics",
    "police_patrols",
    "police_apo",
    "police_crime_zones",
    "police_child_keepers",
    "police_offices",
)
PUBLISHED = ("police_traffic_statistics", "police_offices")
# Columns that say who somebody is, and what happens to them.
PERSONS = {
    ("police_crime_incidents", "place_name"): "drop",
    ("police_relational_cases", "household_id"): "pseudonymise",
    ("police_relational_cases", "victim_name"): "drop",
    ("police_relational_cases", "victim_phone"): "drop",
    ("police_relational_cases", "victim_age_band"): "generalise",
    ("police_traffic_accidents", "offender_age"): "restricted",
    ("police_traffic_accidents", "victim_age"): "restricted",
    ("police_patrols", "leader_name"): "drop",
    ("police_child_keepers", "keeper_id"): "pseudonymise",
    ("police_child_keepers", "keeper_name"): "drop",
}
# Indicators of DOMAIN B2 and the columns that they are made from.
INDICATORS = {
    "five_major_crime_rate": ("police_crime_incidents", ["class_code", "dong_code", "reported_at"]),
    "violent_crime_rate": ("police_crime_incidents", ["class_code"]),
    "theft_rate": ("police_crime_incidents", ["class_code"]),
    "street_night_crime_rate": ("police_crime_incidents", ["place_kind", "occurred_at"]),
    "five_major_clearance_rate": ("police_crime_incidents", ["cleared_on", "reported_at"]),
    "crime_harm_index_rate": ("police_crime_incidents", ["class_code"]),
    "abnormal_motive_crime_count": ("police_crime_incidents", ["is_abnormal_motive"]),
    "zone_improvement_rate": ("police_crime_zones", ["zone_id", "works_completed_on"]),
    "zone_crime_rate_ratio": ("police_crime_incidents", ["zone_id", "occurred_at"]),
    "zone_wdq": ("police_crime_zones", ["geometry_wkt", "longitude", "latitude"]),
    "dog_patrol_intensity": ("police_patrols", ["kind", "team_id"]),
    "dog_patrol_report_rate": ("police_patrols", ["report_112_count", "report_120_count"]),
    "volunteer_patrol_hours_rate": ("police_patrols", ["kind", "patrol_minutes"]),
    "dv_rereport_rate_90d": ("police_relational_cases", ["household_id", "reported_at", "kind"]),
    "stalking_protective_measure_share": ("police_relational_cases", ["measure", "outcome"]),
    "child_abuse_joint_response_share": ("police_relational_cases", ["is_joint_response", "kind"]),
    "apo_cases_per_officer": ("police_apo", ["monitored_household_count", "officer_count"]),
    "child_keeper_coverage": ("police_child_keepers", ["school_code", "active_month"]),
    "school_zone_child_accidents_rate": (
        "police_traffic_accidents",
        ["is_in_child_zone", "victim_age"],
    ),
    "traffic_death_rate": ("police_traffic_accidents", ["death_count", "district_code"]),
    "traffic_injury_accident_rate": ("police_traffic_accidents", ["occurred_at", "district_code"]),
    "epdo_rate": (
        "police_traffic_accidents",
        ["death_count", "serious_count", "slight_count", "reported_injury_count"],
    ),
    "elderly_pedestrian_casualty_rate": (
        "police_traffic_accidents",
        ["victim_kind", "victim_age"],
    ),
    "two_wheeler_accident_rate": ("police_traffic_accidents", ["offender_kind", "victim_kind"]),
}


@pytest.mark.parametrize("source_id", NEW)
def test_a_feed_says_whose_it_is_and_what_is_plausible(source_id):
    source = get_source(source_id)

    stored = {column.name for column in source.stored_columns}
    assert (source.agency, source.owner) == ("police", "police-feeds")
    assert source.freshness.warn_days < source.freshness.fail_days
    assert source.freshness.event_column in stored
    assert set(source.natural_key) <= stored
    assert source.plausibility.rows != (None, None)
    assert source.title.ko != source.title.en
    assert (source.licence, source.interface) == (
        ("KOGL-1", "published") if source_id in PUBLISHED else ("closed", "ours")
    )


@pytest.mark.parametrize("source_id", NEW)
def test_a_count_has_a_unit_and_a_place_in_degrees_is_restricted(source_id):
    source = get_source(source_id)

    for column in source.columns:
        if column.name.endswith(("_count", "_minutes", "_days", "_km", "_pct")):
            assert column.unit, column.name
        if column.name in ("longitude", "latitude") and source_id not in PUBLISHED:
            assert (column.unit, column.privacy) == ("degrees WGS84", "restricted")


@pytest.mark.parametrize(("column", "privacy"), PERSONS.items(), ids=str)
def test_columns_about_persons_have_their_class(column, privacy):
    source_id, name = column

    assert get_source(source_id).column(name).privacy == privacy


@pytest.mark.parametrize("source_id", NEW)
def test_no_other_column_is_named_like_a_person(source_id):
    suspicious = re.compile(
        r"성명|피해자|대표자|연락처|전화|지킴이번호|가구\)?번호|출생|주민|phone|person_id"
    )
    for column in get_source(source_id).columns:
        if any(suspicious.search(header) for header in column.headers):
            declared = (source_id, column.name) in PERSONS or column.holds == ["phone"]
            assert declared, column.name


@pytest.mark.parametrize(("indicator", "needs"), INDICATORS.items(), ids=INDICATORS)
def test_the_columns_of_an_indicator_are_stored(indicator, needs):
    source_id, names = needs

    stored = {column.name for column in get_source(source_id).stored_columns}

    assert set(names) <= stored, indicator


@pytest.mark.parametrize(
    ("source_id", "headers"),
    [
        ("police_crime_incidents", incident_files.HEADERS),
        ("police_relational_cases", relational_files.HEADERS),
        ("police_traffic_accidents", accident_files.HEADERS),
        ("police_patrols", patrols.HEADERS),
        ("police_child_keepers", keepers.HEADERS),
    ],
)
def test_both_years_headers_name_the_same_columns(source_id, headers):
    known = get_source(source_id).header_map
    old, new = (
        {field: known[squash(header)] for field, header in form.items()}
        for form in headers.values()
    )

    assert old == new
    assert list(headers[False]) != list(headers[True])
    assert set(headers[False].values()) != set(headers[True].values())


@pytest.mark.parametrize("source_id", NEW)
def test_a_class_that_nobody_knows_stops_its_row_only(source_id):
    contract = get_source(source_id).contract

    assert (contract.codes, contract.types) == ("discard_row", "discard_row")
    if source_id not in PUBLISHED and source_id != "police_traffic_accidents":
        assert contract.columns == "freeze"


def test_taas_is_asked_district_by_district_in_the_polices_codes():
    transport = get_source("police_traffic_statistics").transport

    assert transport.kind == "taas"
    assert transport.each == "district"
    assert transport.params["guGun"] == "{taas_code}"
    assert transport.params["searchYearCd"] == "{period}"
    assert (transport.periods.unit, transport.periods.first) == ("year", "2019")
