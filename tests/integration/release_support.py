"""A warehouse with good candidates and the helpers of the release tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from busan_safety.gate import (
    all_datasets,
    fingerprint_of,
    read_candidate,
)
from busan_safety.gate.records import write_decision
from busan_safety.gate.validation import current_suite_hash
from busan_safety.release import publish_passed
from busan_safety.release.live import switch_live_table
from busan_safety.release.lock import publisher_lock
from busan_safety.settings import get_settings
from busan_safety.warehouse import connect
from expectations import candidates
from expectations.mutations import LAB

DATASETS = list(all_datasets())
FIRST = "2024.12.1"
# A release refers to its decision.
RECORDS = ("gate_decision", "release", "published_count")
CORRECTION = f"update {LAB} set citizen_vote_count = 131 where project_id = 'LL-2024-001'"


@pytest.fixture
def releases(warehouse: psycopg.Connection) -> Iterator[Path]:
    """Good candidates, no decision and no release; gives the releases' folder."""
    candidates.create_all(warehouse)
    warehouse.execute("truncate ops.release, ops.gate_decision, ops.published_count")
    for dataset in DATASETS:
        warehouse.execute(f"drop table if exists published.{dataset}")
    folder = get_settings().releases_dir
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def first_edition(warehouse: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the module's first publication are kept; its records are in SQL."""
    return tmp_path_factory.mktemp("first_edition") / "releases"


@pytest.fixture
def published(releases: Path, warehouse: psycopg.Connection, first_edition: Path) -> Path:
    """Every good candidate released once; gives the releases' folder.

    The module's first test publishes; for the others files, records and live tables are put back,
    because publishing thirteen datasets takes seconds.
    """
    if not first_edition.exists():
        publish_all()
        shutil.copytree(releases, first_edition, symlinks=True)
        for record in RECORDS:
            warehouse.execute(f"create table public.kept_{record} as table ops.{record}")
        return releases
    shutil.copytree(first_edition, releases, symlinks=True)
    for record in RECORDS:
        warehouse.execute(
            f"insert into ops.{record} overriding system value table public.kept_{record}"
        )
    with publisher_lock(get_settings()) as connection:
        for dataset in all_datasets().values():
            with connection.transaction():
                switch_live_table(connection, read_candidate(connection, dataset), FIRST)
    return releases


def publish_outcomes(**options: bool) -> dict[str, str]:
    return {report.dataset: report.outcome for report in publish_passed(**options)}


def everything(folder: Path) -> dict[str, bytes | str]:
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def decide_open() -> None:
    """Record an open decision on each candidate; the suites themselves are tested elsewhere."""
    with connect("transformer") as connection:
        for dataset in all_datasets().values():
            write_decision(
                connection,
                dataset=dataset.id,
                candidate_fingerprint=fingerprint_of(connection, dataset),
                suite_hash=current_suite_hash(dataset.id, get_settings()),
                code_version="test",
                decision="pass",
                reasons=(),
                row_count=len(read_candidate(connection, dataset).rows()),
                run_id=None,
            )


def publish_all() -> None:
    decide_open()
    publish_passed()
