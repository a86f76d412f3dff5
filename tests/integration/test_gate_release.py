"""From candidates to releases: what passes is published whole, what fails changes nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pyshacl
import pytest
import rdflib
from defusedxml import ElementTree as ET
from frictionless import Package, system
from release_support import (
    CORRECTION,
    DATASETS,
    FIRST,
    decide_open,
    everything,
    publish_all,
    publish_outcomes,
)

from busan_safety.gate import (
    CandidateMissing,
    GateClosed,
    approve,
    get_dataset,
    require_open,
    validate_candidates,
)
from busan_safety.gate.validation import validate_candidate
from busan_safety.portal import build_portal
from busan_safety.release import publish_passed, verify
from busan_safety.settings import get_settings
from busan_safety.warehouse import connect
from expectations import candidates
from expectations.mutations import INDICATORS, LAB, MUTATIONS

pytest_plugins = ["release_support"]


@pytest.fixture
def by_person(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A deployment in which a person approves."""
    monkeypatch.setenv("BUSAN_GATE_APPROVAL", "person")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


# What passes is published, whole


def test_passed_candidates_are_released_in_full(releases: Path) -> None:
    require_open(validate_candidates())

    reports = publish_passed(run_id="test")

    assert [(report.dataset, report.outcome, report.version) for report in reports] == [
        (dataset, "released", FIRST) for dataset in DATASETS
    ]
    assert verify() == []
    for dataset in DATASETS:
        assert os.readlink(releases / dataset / "latest") == FIRST
        assert {path.name for path in (releases / dataset / FIRST).iterdir()} == {
            *(f"{dataset}.csv", f"{dataset}.parquet", "datapackage.json", "README.md"),
            *("changes.csv", "gate.json", "SHA256SUMS"),
            *(["effect-safe_routes.night_calls.svg"] if dataset == "policy_effects" else []),
        }


def test_files_and_live_table_hold_the_candidate(
    published: Path, warehouse: psycopg.Connection
) -> None:
    for dataset in DATASETS:
        folder = published / dataset / FIRST
        expected = warehouse.execute(
            f"select count(*) from published_candidate.pub_{dataset}_v1"
        ).fetchone()[0]
        with (folder / f"{dataset}.csv").open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.DictReader(file))) == expected
        assert pq.read_table(folder / f"{dataset}.parquet").num_rows == expected
        with connect("evaluator") as connection:
            rows = connection.execute(f"select count(*) from published.{dataset}").fetchone()[0]
        assert rows == expected
        comment = warehouse.execute(
            "select obj_description(%s::regclass)", [f"published.{dataset}"]
        ).fetchone()[0]
        assert "합성 데이터입니다" in comment


def test_formula_in_a_title_is_disarmed_in_csv_only(published: Path) -> None:
    folder = published / "living_lab" / FIRST

    with (folder / "living_lab.csv").open(encoding="utf-8-sig", newline="") as file:
        names = [row["project_name"] for row in csv.DictReader(file)]

    assert names[1] == '\'=우리동네 "안전" 지도'
    table = pq.read_table(folder / "living_lab.parquet")
    assert table.column("project_name").to_pylist()[1] == '=우리동네 "안전" 지도'


def test_datapackages_are_valid_and_hold_their_rows(published: Path) -> None:
    for dataset in DATASETS:
        folder = published / dataset / FIRST
        with system.use_context(trusted=True):
            package = Package(str(folder / "datapackage.json"))
            report = package.get_resource(dataset).validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])[:5]
        assert package.custom["synthetic"] is True


def test_catalogue_is_dcat_ap_and_leads_to_the_files(published: Path) -> None:
    base = "https://data.example/"
    graph = rdflib.Graph().parse(published / "catalog.jsonld", format="json-ld", publicID=base)

    conforms, _, text = pyshacl.validate(
        graph, shacl_graph=str(Path(__file__).parents[1] / "dcat_ap_shapes.ttl")
    )

    assert conforms, text
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    assert len(set(graph.subjects(rdflib.RDF.type, dcat.Dataset))) == len(DATASETS)
    addresses = [str(address) for address in graph.objects(None, dcat.downloadURL)]
    # CSV and Parquet of each dataset, one picture of an effect.
    assert len(addresses) == 2 * len(DATASETS) + 1
    for address in addresses:
        assert (published / address.removeprefix(base)).is_file()


def test_index_and_feed_name_every_version(published: Path, warehouse: psycopg.Connection) -> None:
    warehouse.execute(CORRECTION)
    publish_all()

    index = json.loads((published / "index.json").read_text())
    feed = ET.parse(published / "feed.xml").getroot()

    lab = next(known for known in index["datasets"] if known["id"] == "living_lab")
    assert index["synthetic"] is True
    assert lab["latest"] == "2024.12.2"
    assert [version["version"] for version in lab["versions"]] == ["2024.12.2", FIRST]
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == len(DATASETS) + 1


# The same again


def test_same_candidate_again_makes_no_new_version_or_decision(
    releases: Path, warehouse: psycopg.Connection
) -> None:
    validate_candidates()
    publish_passed()
    before = everything(releases)
    decided = warehouse.execute("select * from ops.gate_decision order by 1").fetchall()

    validate_candidates()

    assert set(publish_outcomes().values()) == {"unchanged"}
    assert everything(releases) == before
    assert warehouse.execute("select * from ops.gate_decision order by 1").fetchall() == decided


def test_same_data_give_the_same_bytes_in_another_deployment(
    releases: Path, warehouse: psycopg.Connection
) -> None:
    publish_all()
    build_portal()
    before = everything(releases)

    shutil.rmtree(releases)
    warehouse.execute("truncate ops.release, ops.gate_decision")
    candidates.create_all(warehouse)
    publish_all()
    build_portal()

    assert everything(releases) == before
    assert verify() == []


def test_correction_makes_the_next_number_with_its_difference(
    published: Path, warehouse: psycopg.Connection
) -> None:
    before = everything(published / "living_lab" / FIRST)
    warehouse.execute(CORRECTION)
    decide_open()

    report = next(known for known in publish_passed() if known.dataset == "living_lab")

    assert (report.outcome, report.version) == ("released", "2024.12.2")
    changes = (published / "living_lab" / "latest" / "changes.csv").read_text("utf-8-sig")
    assert list(csv.reader(io.StringIO(changes)))[1:] == [
        ["changed", "LL-2024-001", "citizen_vote_count", "130", "131", "revision"]
    ]
    assert everything(published / "living_lab" / FIRST) == before
    assert verify() == []


def test_data_of_a_new_month_start_at_one_again(
    published: Path, warehouse: psycopg.Connection
) -> None:
    warehouse.execute(f"update {LAB} set data_as_of = '2025-01-31'")
    decide_open()

    assert {report.version for report in publish_passed()} == {FIRST, "2025.01.1"}


# What fails changes nothing


@pytest.mark.parametrize("dataset", DATASETS)
def test_failed_candidate_leaves_the_last_release(
    published: Path, warehouse: psycopg.Connection, dataset: str
) -> None:
    before = everything(published)
    warehouse.execute(MUTATIONS[dataset]["personal_data"])
    decision = validate_candidate(get_dataset(dataset))

    outcomes = publish_outcomes()

    with pytest.raises(GateClosed, match=f"{dataset}: personal_data"):
        require_open([decision])
    assert outcomes == {name: "refused" if name == dataset else "unchanged" for name in DATASETS}
    assert everything(published) == before
    assert verify() == []
    page = build_portal().read_text()
    assert "새 자료가 공개 심사를 통과하지 못했습니다. 위의 마지막 공개본을 유지합니다." in page
    assert "주민등록번호, 전화번호, 면허번호, 차량번호로 보이는 문자열이 있습니다." in page
    assert "1234" not in page.split('id="data"')[1]


def test_nothing_is_published_before_the_first_pass(
    releases: Path, warehouse: psycopg.Connection
) -> None:
    warehouse.execute(f"delete from {LAB}")
    validate_candidate(get_dataset("living_lab"))

    publish_passed()

    assert not (releases / "living_lab").exists()
    assert "아직 공개된 판이 없습니다." in build_portal().read_text()
    assert warehouse.execute("select to_regclass('published.living_lab')").fetchone()[0] is None


def test_candidate_that_changed_after_its_decision_is_not_published(
    releases: Path, warehouse: psycopg.Connection
) -> None:
    decide_open()
    warehouse.execute(CORRECTION)

    outcomes = publish_outcomes()

    assert outcomes["living_lab"] == "undecided"
    assert not (releases / "living_lab").exists()


def test_decision_under_another_suite_does_not_count(
    releases: Path, warehouse: psycopg.Connection
) -> None:
    decide_open()
    warehouse.execute("update ops.gate_decision set suite_hash = 'older'")

    assert set(publish_outcomes().values()) == {"undecided"}


def test_pass_is_taken_back_when_the_accounting_breaks_later(
    releases: Path, warehouse: psycopg.Connection
) -> None:
    validate_candidate(get_dataset("living_lab"))
    warehouse.execute(MUTATIONS["living_lab"]["row_accounting"])
    validate_candidate(get_dataset("living_lab"))

    assert publish_outcomes()["living_lab"] == "refused"
    decided = warehouse.execute(
        "select decision from ops.gate_decision where dataset = 'living_lab'"
    ).fetchall()
    assert decided == [("fail",)]


def test_candidate_that_comes_back_is_no_longer_called_refused(
    published: Path, warehouse: psycopg.Connection
) -> None:
    warehouse.execute(MUTATIONS["living_lab"]["score_within_bounds"])
    validate_candidate(get_dataset("living_lab"))
    assert 'class="gate refused"' in build_portal().read_text()

    candidates.create_candidates(warehouse)
    decide_open()

    assert set(publish_outcomes().values()) == {"unchanged"}
    assert 'class="gate refused"' not in build_portal().read_text()


def test_missing_candidate_is_named(releases: Path, warehouse: psycopg.Connection) -> None:
    warehouse.execute(f"drop table {INDICATORS}")

    with pytest.raises(CandidateMissing, match="pub_safety_indicators_v1 does not exist"):
        validate_candidates()


def test_dry_run_tells_and_writes_nothing(releases: Path, warehouse: psycopg.Connection) -> None:
    decide_open()

    assert set(publish_outcomes(dry_run=True).values()) == {"released"}
    assert not releases.exists()
    assert warehouse.execute("select count(*) from ops.release").fetchone() == (0,)


def test_publisher_can_change_neither_decision_nor_candidate(releases: Path) -> None:
    decide_open()

    for statement in ("update ops.gate_decision set decision = 'pass'", f"delete from {LAB}"):
        with (
            connect("publisher") as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)


# People


def test_first_release_waits_for_a_person_where_people_decide(
    releases: Path, by_person: None
) -> None:
    decisions = {decision.dataset: decision for decision in validate_candidates()}
    assert set(publish_outcomes().values()) == {"waiting"}

    approve(decisions["living_lab"].decision_id, "gildong")

    assert publish_outcomes() == dict.fromkeys(DATASETS, "waiting") | {"living_lab": "released"}
    gate = json.loads((releases / "living_lab" / "latest" / "gate.json").read_text())
    assert gate["approved_by"] == "person"
    assert "gildong" not in json.dumps(gate)


def test_warning_waits_but_a_later_pass_does_not(
    releases: Path, warehouse: psycopg.Connection, by_person: None
) -> None:
    for decision in validate_candidates():
        approve(decision.decision_id, "gildong")
    publish_passed()

    warehouse.execute(CORRECTION)
    warehouse.execute(MUTATIONS["policy_effects"]["plan_unchanged"])
    validate_candidates()

    outcomes = publish_outcomes()
    assert outcomes["living_lab"] == "released"
    assert outcomes["policy_effects"] == "waiting"


def test_failed_decision_cannot_be_approved(releases: Path, warehouse: psycopg.Connection) -> None:
    warehouse.execute(f"delete from {LAB}")
    failed = validate_candidate(get_dataset("living_lab"))

    with pytest.raises(ValueError, match="is 'fail'"):
        approve(failed.decision_id, "gildong")
