"""Declared files at work: waivers, embargoes, calendar, known issues, table versions, dry run."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from release_support import CORRECTION, FIRST, decide_open, everything, publish_all

from busan_safety.gate import WaiverError, all_datasets, datasets, get_dataset
from busan_safety.gate.validation import validate_candidate
from busan_safety.portal import build_portal
from busan_safety.release import publish_passed, verify
from busan_safety.settings import ROOT, Settings
from expectations.mutations import LAB, MUTATIONS

pytest_plugins = ["release_support"]

TODAY = date(2025, 1, 15)
WHY = {"ko": "보내온 기관의 사정", "en": "The sender cannot deliver"}


@pytest.fixture
def declared(releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of expectations that the test may write in."""
    folder = tmp_path / "expectations"
    shutil.copytree(ROOT / "expectations", folder)
    monkeypatch.setattr(Settings, "expectations_dir", property(lambda _: folder))
    yield folder
    monkeypatch.undo()
    all_datasets.cache_clear()


def write(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


def waive(folder: Path, check: str, until: date = TODAY) -> None:
    entry = {"dataset": "living_lab", "check": check, "owner": "데이터 공개 담당", "reason": WHY}
    days = {"granted_on": until - timedelta(30), "expires_on": until}
    write(folder / "waivers.yml", {"version": 1, "waivers": [entry | days]})


def outcome(**options: Any) -> tuple[str, str]:
    (report,) = [one for one in publish_passed(**options) if one.dataset == "living_lab"]
    return report.outcome, report.message


def test_a_waived_check_passes_and_everybody_sees_it(
    declared: Path, releases: Path, warehouse: psycopg.Connection
) -> None:
    warehouse.execute(MUTATIONS["living_lab"]["score_within_bounds"])
    waive(declared, "score_within_bounds")

    decision = validate_candidate(get_dataset("living_lab"), today=TODAY)

    assert decision.decision == "pass"
    assert outcome(today=TODAY)[0] == "released"
    folder = releases / "living_lab" / FIRST
    (reason,) = json.loads((folder / "gate.json").read_text())["reasons"]
    assert reason["waived"]["owner"] == "데이터 공개 담당"
    for page in (folder / "README.md", build_portal()):
        assert WHY["ko"] in page.read_text()
        assert WHY["en"] in page.read_text()
    assert verify() == []


def test_a_waiver_that_expired_closes_the_gate(
    declared: Path, warehouse: psycopg.Connection
) -> None:
    warehouse.execute(MUTATIONS["living_lab"]["score_within_bounds"])
    waive(declared, "score_within_bounds")
    validate_candidate(get_dataset("living_lab"), today=TODAY)
    tomorrow = TODAY + timedelta(1)

    assert outcome(today=tomorrow) == (
        "undecided",
        f"The waiver of score_within_bounds expired on {TODAY}; run validate_candidates.",
    )
    decision = validate_candidate(get_dataset("living_lab"), today=tomorrow)
    assert decision.decision == "fail"
    assert f"Its waiver expired on {TODAY}." in decision.reasons[0].sentence
    assert outcome(today=tomorrow)[0] == "refused"


def test_personal_data_cannot_be_waived(declared: Path, warehouse: psycopg.Connection) -> None:
    warehouse.execute(MUTATIONS["living_lab"]["personal_data"])
    waive(declared, "personal_data")

    with pytest.raises(WaiverError, match="protects people"):
        validate_candidate(get_dataset("living_lab"), today=TODAY)


def test_data_under_embargo_stay_in_until_the_day(declared: Path, releases: Path) -> None:
    until = TODAY + timedelta(1)
    embargo = {"dataset": "living_lab", "data_from": "2024-12-01", "until": until, "reason": WHY}
    write(declared / "release_calendar.yml", {"version": 1, "embargoes": [embargo]})
    decide_open()

    held, said = outcome(today=TODAY)

    assert (held, str(until) in said) == ("embargoed", True)
    assert not (releases / "living_lab").exists()
    assert (releases / "policy_effects" / FIRST).is_dir()
    assert outcome(today=until)[0] == "released"


def test_calendar_and_known_issues_stand_in_catalogue_and_portal(
    declared: Path, releases: Path
) -> None:
    text = {"ko": "절반만 있습니다.", "en": "Half are missing."}
    issue = {"id": "half", "dataset": "living_lab", "kind": "error", "text": text}
    write(declared / "release_calendar.yml", {"version": 1, "planned": {"living_lab": [TODAY]}})
    publish_all()
    days = {"affects": {"from": "2024-01-01"}}
    write(declared / "known_issues.yml", {"version": 1, "known_issues": [issue | days]})
    publish_all()

    index = json.loads((releases / "index.json").read_text())
    (lab,) = [one for one in index["datasets"] if one["id"] == "living_lab"]
    page, catalogue = build_portal().read_text(), (releases / "catalog.jsonld").read_text()

    assert lab["planned"] == ["2025-01-15"]
    assert [one["id"] for one in lab["known_issues"]] == ["half"]
    for document in (page, catalogue):
        assert "2025-01-15" in document
        assert text["ko"] in document
        assert text["en"] in document
    # What became known later does not touch what was released.
    assert text["ko"] not in (releases / "living_lab" / FIRST / "README.md").read_text()
    assert verify() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (f"alter table {LAB} drop column team_count", "team_count is gone"),
        (f"alter table {LAB} rename stage to step", "stage is gone"),
        (f"alter table {LAB} alter budget_won type text", "budget_won was integer and is string"),
    ],
)
def test_a_break_is_refused_and_the_last_release_stays(
    published: Path, warehouse: psycopg.Connection, change: str, said: str
) -> None:
    before = everything(published)
    warehouse.execute(change)
    decide_open()

    refused, message = outcome()

    assert refused == "refused"
    assert said in message
    assert "Declare table version 2 beside this one" in message
    assert everything(published) == before


def test_one_more_column_keeps_the_table(published: Path, warehouse: psycopg.Connection) -> None:
    warehouse.execute(f"alter table {LAB} add column note text")
    publish_all()

    assert os.readlink(published / "living_lab" / "latest") == "2024.12.2"


def test_after_a_break_both_tables_are_fed(
    declared: Path,
    published: Path,
    warehouse: psycopg.Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = yaml.safe_load(datasets.DECLARATIONS.read_text())
    (lab,) = [one for one in entries if one["id"] == "living_lab"]
    after = {"id": "living_lab_v2", "table_version": 2, "replaces": "living_lab"}
    entries.append(lab | after)
    lab["fed_until"] = "2025-12-31"
    write(tmp_path / "datasets.yml", entries)
    suite = declared / "published"
    shutil.copy(suite / "living_lab.yml", suite / "living_lab_v2.yml")
    warehouse.execute(
        "create table published_candidate.pub_living_lab_v2 as table " + LAB + ";"
        "alter table published_candidate.pub_living_lab_v2 rename stage to step;"
        "alter table published_candidate.pub_living_lab_v2 owner to transformer;"
        "grant select on published_candidate.pub_living_lab_v2 to publisher"
    )
    monkeypatch.setattr(datasets, "DECLARATIONS", tmp_path / "datasets.yml")
    all_datasets.cache_clear()

    publish_all()

    assert (published / "living_lab" / "latest" / "living_lab.csv").is_file()
    assert (published / "living_lab_v2" / "latest" / "living_lab_v2.csv").is_file()
    catalogue = json.loads((published / "catalog.jsonld").read_text())
    (first,) = [one for one in catalogue["dcat:dataset"] if one["dct:identifier"] == "living_lab"]
    assert first["dct:isReplacedBy"] == {"@id": "living_lab_v2/"}
    assert "living_lab_v2" in {one["dct:identifier"] for one in catalogue["dcat:dataset"]}
    assert "both are fed until 2025-12-31" in build_portal().read_text()
    assert verify() == []
    warehouse.execute("drop table published_candidate.pub_living_lab_v2, published.living_lab_v2")


def test_a_dry_run_counts_what_would_change_and_says_why_not(
    published: Path, warehouse: psycopg.Connection
) -> None:
    before = everything(published)
    warehouse.execute(CORRECTION)
    warehouse.execute(f"delete from {LAB} where project_id = 'LL-2024-002'")
    decide_open()
    warehouse.execute(
        "update published_candidate.pub_policy_effects_v1 set estimate = 0.5"
        " where effect_id = 'safe_routes.night_calls'"
    )
    validate_candidate(get_dataset("policy_effects"))

    reports = {one.dataset: one for one in publish_passed(dry_run=True)}

    lab = reports["living_lab"]
    assert (lab.outcome, lab.version) == ("released", "2024.12.2")
    assert lab.preview is not None
    assert lab.preview.contract.kind == "same"
    assert {(r.kind, r.reason_code, r.row_count, r.examples) for r in lab.preview.changes} == {
        ("removed", "withdrawn_row", 1, ("LL-2024-002",)),
        ("changed", "revision", 1, ("LL-2024-001",)),
    }
    effects = reports["policy_effects"]
    assert effects.outcome == "refused"
    assert "interval_contains_estimate" in {reason.check for reason in effects.reasons}
    assert effects.preview is not None
    assert [one.row_count for one in effects.preview.changes] == [1]
    assert everything(published) == before
