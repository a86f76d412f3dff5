"""A release is whole or absent whatever happens, and damage done later is found."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
from release_support import (
    CORRECTION,
    FIRST,
    decide_open,
    everything,
    publish_outcomes,
)

from busan_safety.release import ReleaseError, folders, publish_passed, verify

pytest_plugins = ["release_support"]


# Killed at any moment


def test_kill_before_the_switch_leaves_the_old_release_whole(
    published: Path, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(published)
    warehouse.execute(CORRECTION)
    decide_open()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(folders, "switch_in", killed)
        publish_passed()

    now = {name: held for name, held in everything(published).items() if ".partial" not in name}
    assert now == before
    assert verify() == []

    assert publish_outcomes()["living_lab"] == "released"
    assert verify() == []
    assert not list(published.rglob(".partial*"))


def test_kill_between_switch_and_record_is_taken_up_again(
    published: Path, warehouse: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.execute(CORRECTION)
    decide_open()
    really = folders.switch_in

    def killed_after(beside: Path, target: Path) -> None:
        really(beside, target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(folders, "switch_in", killed_after)
        publish_passed()
    whole = everything(published / "living_lab" / "2024.12.2")
    assert [problem.what for problem in verify()] == ["is not recorded"]
    assert os.readlink(published / "living_lab" / "latest") == FIRST

    report = next(known for known in publish_passed() if known.dataset == "living_lab")

    assert (report.outcome, report.version) == ("released", "2024.12.2")
    assert everything(published / "living_lab" / "2024.12.2") == whole
    assert verify() == []


def test_kill_after_the_record_is_mended_by_the_next_run(
    releases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide_open()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(folders, "point_latest_at", killed)
        publish_passed()
    assert verify() != []

    publish_passed()

    assert verify() == []


def test_damaged_leftover_is_not_published(published: Path, warehouse: psycopg.Connection) -> None:
    (published / "living_lab" / FIRST / "living_lab.csv").write_text("changed")
    warehouse.execute("delete from ops.release where dataset = 'living_lab'")

    with pytest.raises(ReleaseError, match=r"living_lab\.csv differs from its checksum"):
        publish_passed()


def test_lost_folder_is_made_again_from_the_same_candidate(published: Path) -> None:
    before = everything(published)
    shutil.rmtree(published)

    publish_passed()

    assert everything(published) == before
    assert verify() == []


def test_no_release_without_a_difference(published: Path, warehouse: psycopg.Connection) -> None:
    shutil.rmtree(published / "living_lab" / FIRST)
    warehouse.execute(CORRECTION)
    decide_open()

    with pytest.raises(ReleaseError, match="its CSV is gone"):
        publish_passed()


# Verification


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("echo x >> living_lab/2024.12.1/living_lab.csv", "differs from its checksum"),
        ("rm living_lab/2024.12.1/README.md", "is missing"),
        ("touch living_lab/2024.12.1/extra", "is not in the list of checksums"),
        ("cp -r living_lab/2024.12.1 living_lab/2024.12.9", "is not recorded"),
        ("rm living_lab/latest", "does not name 2024.12.1"),
        ("rm catalog.jsonld", "is missing"),
        ("rm -r living_lab/2024.12.1", "is recorded, but the folder is missing"),
        ("echo 1 > living_lab/2024.12.1/SHA256SUMS", "is not in the list of checksums"),
        ("echo {} > living_lab/2024.12.1/gate.json", "names another candidate than the record"),
        (
            'sed -i \'s/"path": "living_lab.csv"/"path": "README.md"/\''
            " living_lab/2024.12.1/datapackage.json",
            "states another hash of README.md",
        ),
        (
            'sed -i \'s/"name": "stage"/"name": "step"/\' living_lab/2024.12.1/datapackage.json',
            "lists other columns than the table has",
        ),
        (
            'sed -i \'s/"version": "2024.12.1"/"version": "2024.12.7"/\''
            " living_lab/2024.12.1/datapackage.json",
            "describes another dataset or version",
        ),
        ("echo [] > living_lab/2024.12.1/datapackage.json", "is not a data package"),
        (
            "sed -i s/2024.12.1/2024.12.8/ index.json",
            "does not list what is recorded; run `busan-safety publish`",
        ),
        ("touch living_lab/notes.txt", "is not recorded"),
        ("mkdir other", "is not recorded"),
    ],
)
def test_damaged_files_are_found(published: Path, damage: str, what: str) -> None:
    subprocess.run(["sh", "-c", damage], cwd=published, check=True)

    assert what in {problem.what for problem in verify()}


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (
            "update published.living_lab set citizen_score = 99",
            "the table published.living_lab does not hold this version's rows",
        ),
        (
            "drop table published.living_lab",
            "the table published.living_lab does not hold this version's rows",
        ),
        (
            "update ops.gate_decision set decision = 'fail' where dataset = 'living_lab'",
            "rests on a decision that is now 'fail'",
        ),
        (
            "delete from ops.gate_decision where dataset = 'living_lab'",
            "rests on a decision that is not recorded",
        ),
        (
            "update ops.gate_decision set candidate_fingerprint = 'x' where dataset = 'living_lab'",
            "rests on a decision about another candidate or suite",
        ),
        (
            "update ops.release set csv_sha256 = 'x' where dataset = 'living_lab'",
            "is not the CSV that was recorded",
        ),
        (
            "update ops.release set candidate_fingerprint = 'x' where dataset = 'living_lab'",
            "names another candidate than the record",
        ),
    ],
)
def test_damaged_records_are_found(
    published: Path, warehouse: psycopg.Connection, damage: str, what: str
) -> None:
    warehouse.execute(damage)

    assert what in {problem.what for problem in verify()}
