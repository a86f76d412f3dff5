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
from busan_safety.settings import get_settings
from busan_safety.warehouse import connect
from expectations import candidates
from expectations.mutations import LAB

DATASETS = list(all_datasets())
FIRST = "2024.12.1"
CORRECTION = f"update {LAB} set citizen_vote_count = 131 where project_id = 'LL-2024-001'"


@pytest.fixture
def releases(warehouse: psycopg.Connection) -> Iterator[Path]:
    """Good candidates, no decision and no release; gives the releases' folder."""
    candidates.create_all(warehouse)
    warehouse.execute("truncate ops.release, ops.gate_decision")
    for dataset in DATASETS:
        warehouse.execute(f"drop table if exists published.{dataset}")
    folder = get_settings().releases_dir
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


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
