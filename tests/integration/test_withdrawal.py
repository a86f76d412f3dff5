"""A version that was taken back: what stays, what goes back, and that it does not return."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import psycopg
import pytest
from defusedxml import ElementTree as ET
from release_support import CORRECTION, FIRST, decide_open, publish_all, publish_outcomes

from busan_safety.gate import Text
from busan_safety.portal import build_portal
from busan_safety.release import CannotWithdraw, verify, withdraw
from busan_safety.release.checksums import read_checksums

pytest_plugins = ["release_support"]

WHY = Text(ko="개인 식별 우려", en="A person could be recognised")
SECOND = "2024.12.2"


@pytest.fixture
def two_versions(published: Path, warehouse: psycopg.Connection) -> Path:
    warehouse.execute(CORRECTION)
    publish_all()
    return published


def take_back(version: str = SECOND) -> None:
    withdraw("living_lab", version, reason=WHY, by="데이터 공개 담당")


def test_the_files_go_and_a_tombstone_keeps_their_hashes(two_versions: Path) -> None:
    folder = two_versions / "living_lab" / SECOND
    hashes = read_checksums(folder)

    take_back()

    assert [path.name for path in folder.iterdir()] == ["TOMBSTONE.json"]
    tombstone = json.loads((folder / "TOMBSTONE.json").read_text())
    assert tombstone["sha256"] == hashes
    assert tombstone["reason"] == WHY.model_dump()
    assert tombstone["withdrawn_by"] == "데이터 공개 담당"
    assert tombstone["withdrawn_at"]
    assert verify() == []


def test_the_version_before_is_latest_again_everywhere(
    two_versions: Path, warehouse: psycopg.Connection
) -> None:
    take_back()
    page = build_portal().read_text()

    assert os.readlink(two_versions / "living_lab" / "latest") == FIRST
    (votes,) = warehouse.execute(
        "select citizen_vote_count from published.living_lab where project_id = 'LL-2024-001'"
    ).fetchone()
    assert votes == 130
    index = json.loads((two_versions / "index.json").read_text())
    (lab,) = [one for one in index["datasets"] if one["id"] == "living_lab"]
    assert (lab["latest"], lab["withdrawn"][0]["version"]) == (FIRST, SECOND)
    feed = ET.parse(two_versions / "feed.xml").getroot()
    titles = [entry.findtext("{http://www.w3.org/2005/Atom}title") for entry in feed]
    assert any(title and "withdrawn" in title and SECOND in title for title in titles)
    assert "http://purl.org/adms/status/Withdrawn" in (two_versions / "catalog.jsonld").read_text()
    assert WHY.ko in page
    assert WHY.en in page


def test_the_same_rows_are_not_published_again_and_the_number_is_not_given_again(
    two_versions: Path, warehouse: psycopg.Connection
) -> None:
    take_back()

    assert publish_outcomes()["living_lab"] == "refused"
    warehouse.execute(CORRECTION.replace("131", "132"))
    decide_open()
    assert publish_outcomes()["living_lab"] == "released"

    assert os.readlink(two_versions / "living_lab" / "latest") == "2024.12.3"
    assert verify() == []


def test_an_earlier_version_can_go_while_the_newest_stays(two_versions: Path) -> None:
    take_back(FIRST)

    assert os.readlink(two_versions / "living_lab" / "latest") == SECOND
    assert verify() == []


def test_when_none_stands_nothing_is_live(
    two_versions: Path, warehouse: psycopg.Connection
) -> None:
    take_back(FIRST)
    take_back(SECOND)

    assert warehouse.execute("select to_regclass('published.living_lab')").fetchone() == (None,)
    assert not (two_versions / "living_lab" / "latest").is_symlink()
    assert verify() == []


def test_a_formula_and_an_empty_cell_come_back_as_they_were(
    two_versions: Path, warehouse: psycopg.Connection
) -> None:
    take_back()

    rows = warehouse.execute(
        "select project_name, citizen_score from published.living_lab order by project_id"
    ).fetchall()
    assert rows[1][0] == '=우리동네 "안전" 지도'
    assert rows[2][1] is None


@pytest.mark.parametrize(
    ("version", "by", "said"),
    [("2023.01.1", "office", "Standing: 2024.12.1"), (SECOND, " ", "name of who decided")],
)
def test_an_unknown_version_or_nobody_is_refused(
    two_versions: Path, version: str, by: str, said: str
) -> None:
    with pytest.raises(CannotWithdraw, match=said):
        withdraw("living_lab", version, reason=WHY, by=by)

    assert verify() == []


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("rm living_lab/2024.12.2/TOMBSTONE.json", "has no readable tombstone"),
        ("rm -r living_lab/2024.12.2", "has no readable tombstone"),
        ("cp living_lab/2024.12.1/*.csv living_lab/2024.12.2/", "its files are still there"),
        ("sed -i s/우려/무관/ living_lab/2024.12.2/TOMBSTONE.json", "says another thing"),
    ],
)
def test_damaged_tombstones_are_found(two_versions: Path, damage: str, what: str) -> None:
    take_back()

    subprocess.run(["sh", "-c", damage], cwd=two_versions, check=True)

    assert any(what in problem.what for problem in verify())
