import pytest
import yaml

from busan_safety.sources import UnknownSource, all_sources, get_source
from busan_safety.sources.model import squash
from busan_safety.sources.registry_reader import REGISTRY, RegistryError, read_source


def test_every_file_of_the_registry_is_a_source():
    assert len(all_sources()) == len(list(REGISTRY.glob("*.yml"))) >= 9


@pytest.mark.parametrize("source", all_sources().values(), ids=lambda source: source.id)
def test_every_column_is_described_in_both_languages(source):
    for column in source.columns:
        assert column.description.ko and column.description.en


def test_only_the_call_feed_is_copied_without_touching_values():
    assert [s.id for s in all_sources().values() if s.loads_directly] == ["police_112_calls"]


def test_an_unknown_source_lists_the_known_ones():
    with pytest.raises(UnknownSource, match="police_112_calls"):
        get_source("nobody")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cadence": "sometimes"}, "cadence"),
        ({"surprise": 1}, "surprise"),
        ({"natural_key": None}, "natural_key"),
        ({"id": "another"}, "differs from the file"),
        ({"slice": {"columns": ["nowhere"]}}, "nowhere"),
    ],
)
def test_a_file_that_does_not_fit_is_named_with_its_fault(tmp_path, change, said):
    content = yaml.safe_load((REGISTRY / "city_living_lab.yml").read_text("utf-8"))
    path = tmp_path / "city_living_lab.yml"
    path.write_text(yaml.safe_dump({**content, **change}, allow_unicode=True), "utf-8")

    with pytest.raises(RegistryError, match=said) as refused:
        read_source(path)

    assert "city_living_lab.yml" in str(refused.value)


def test_header_spelling_ignores_what_senders_change_freely():
    assert squash(" 성범죄") == squash("성범죄") == squash("\ufeff성 범죄")
    assert squash("카메라 수") != squash("카메라 대수")


RESTRICTED_POINTS = {
    "police_crime_incidents",
    "police_crime_zones",
    "police_traffic_accidents",
}


def test_every_feed_with_coordinates_but_the_calls_is_located():
    with_coordinates = {
        source.id
        for source in all_sources().values()
        if {"longitude", "latitude"} <= {column.name for column in source.stored_columns}
    }
    located = {source.id: source.point_privacy for source in all_sources().values()}

    found = {name for name, privacy in located.items() if privacy}
    assert found == with_coordinates - {"police_112_calls"}
    assert {name for name, one in located.items() if one == "restricted"} == RESTRICTED_POINTS


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ({"longitude": "longitude", "latitude": "nowhere"}, "nowhere is no stored double"),
        ({"longitude": "longitude", "latitude": "place"}, "place is no stored double"),
        (
            {"longitude": "longitude", "latitude": "latitude", "district": "nowhere"},
            "no stored text",
        ),
        (
            {"longitude": "longitude", "latitude": "latitude", "district": "longitude"},
            "no stored text",
        ),
        ({"longitude": "longitude", "latitude": "latitude", "dong": "place"}, "dong"),
    ],
)
def test_points_that_are_no_coordinates_are_refused(tmp_path, points, said):
    content = yaml.safe_load((REGISTRY / "city_signal_facilities.yml").read_text("utf-8"))
    path = tmp_path / "city_signal_facilities.yml"
    path.write_text(yaml.safe_dump({**content, "points": points}, allow_unicode=True), "utf-8")

    with pytest.raises(RegistryError, match=said):
        read_source(path)


def test_coordinates_that_lost_their_detail_are_not_located(tmp_path):
    content = yaml.safe_load((REGISTRY / "city_signal_facilities.yml").read_text("utf-8"))
    for column in content["columns"]:
        if column["name"] == "longitude":
            column |= {"privacy": "generalise", "generalise": "coordinate_3"}
    path = tmp_path / "city_signal_facilities.yml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")

    with pytest.raises(RegistryError, match="lost its detail"):
        read_source(path)
