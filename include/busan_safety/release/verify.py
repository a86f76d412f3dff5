"""Re-check everything that was released: files, fingerprints, decisions, pointers."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from busan_safety.gate import CandidateMissing, Dataset, all_datasets
from busan_safety.release.checksums import broken_files, read_checksums
from busan_safety.release.folders import LATEST
from busan_safety.release.live import live_fingerprint
from busan_safety.release.records import Release, Withdrawal, releases_of, withdrawals_of
from busan_safety.release.tombstones import fault_of
from busan_safety.release.verify_tree import catalogue_faults, package_faults, unknown_files
from busan_safety.settings import get_settings
from busan_safety.warehouse import connect


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was released; `where` is a path below the releases' folder."""

    dataset: str
    version: str
    where: str
    what: str


def verify() -> list[Problem]:
    """Return every problem found in the whole tree; an empty list says that all promises hold.

    Checked: each version's files against its checksums, record, decision and data package;
    withdrawn versions against their tombstones; `latest`, the live tables and the catalogue
    against the records; and that no file is there that nobody knows.
    """
    settings = get_settings()
    root = settings.releases_dir
    problems: list[Problem] = []
    known: set[str] = set()
    with connect("publisher", settings=settings) as connection:
        for dataset in all_datasets().values():
            history = releases_of(connection, dataset.id)
            withdrawn = withdrawals_of(connection, dataset.id)
            known |= {one.path for one in history} | {one.path for one in withdrawn}
            for release in history:
                problems += _check_version(connection, root, release)
            problems += [found for one in withdrawn if (found := _check_withdrawn(root, one))]
            problems += _check_latest(root / dataset.id, dataset, history)
            problems += _check_live(connection, dataset, history[-1] if history else None)
    problems += [Problem("", "", name, what) for name, what in catalogue_faults(settings)]
    problems += [_unknown(path) for path in unknown_files(root, known)]
    return problems


def _check_withdrawn(root: Path, withdrawal: Withdrawal) -> Problem | None:
    folder = root / withdrawal.path
    what = fault_of(folder, withdrawal)
    if what is None:
        return None
    return Problem(withdrawal.dataset, withdrawal.version, f"{withdrawal.path}/", what)


def _unknown(path: str) -> Problem:
    dataset, _, version = path.partition("/")
    return Problem(dataset if version else "", version, path, "is not recorded")


def _check_version(connection: psycopg.Connection, root: Path, release: Release) -> list[Problem]:
    def problem(where: str, what: str) -> Problem:
        return Problem(release.dataset, release.version, f"{release.path}/{where}", what)

    folder = root / release.path
    if not folder.is_dir():
        return [problem("", "is recorded, but the folder is missing")]
    found = [problem(name, what) for name, what in broken_files(folder)]
    if read_checksums(folder).get(f"{release.dataset}.csv") != release.csv_sha256:
        found.append(problem(f"{release.dataset}.csv", "is not the CSV that was recorded"))
    gate_file = folder / "gate.json"
    gate = _read_json(gate_file)
    if gate.get("candidate_fingerprint") != release.candidate_fingerprint:
        found.append(problem("gate.json", "names another candidate than the record"))
    found += [problem("datapackage.json", what) for what in package_faults(folder, release)]
    if what := _decision_fault(connection, release, gate.get("suite_hash")):
        found.append(problem("gate.json", what))
    return found


def _decision_fault(
    connection: psycopg.Connection, release: Release, suite_hash: str | None
) -> str | None:
    row = connection.execute(
        "select candidate_fingerprint, suite_hash, decision from ops.gate_decision"
        " where decision_id = %s",
        [release.decision_id],
    ).fetchone()
    if row is None:
        return "rests on a decision that is not recorded"
    if row[:2] != (release.candidate_fingerprint, suite_hash):
        return "rests on a decision about another candidate or suite"
    # A candidate may fail later, when its deliveries turn out wrong: then it is to be withdrawn.
    return "rests on a decision that is now 'fail'" if row[2] == "fail" else None


def _check_latest(own_folder: Path, dataset: Dataset, history: list[Release]) -> list[Problem]:
    link = own_folder / LATEST
    if not history:
        if not link.is_symlink():
            return []
        return [Problem(dataset.id, "", f"{dataset.id}/{LATEST}", "names a version, none stands")]
    if link.is_symlink() and os.readlink(link) == history[-1].version:
        return []
    what = f"does not name {history[-1].version}"
    return [Problem(dataset.id, history[-1].version, f"{dataset.id}/{LATEST}", what)]


def _check_live(
    connection: psycopg.Connection, dataset: Dataset, last: Release | None
) -> list[Problem]:
    try:
        held = live_fingerprint(connection, dataset)
    except CandidateMissing:
        held = None
    if held == (last.candidate_fingerprint if last else None):
        return []
    table = f"the table published.{dataset.id}"
    if last is None:
        return [Problem(dataset.id, "", dataset.id, f"{table} is there, and no version stands")]
    what = f"{table} does not hold this version's rows"
    return [Problem(dataset.id, last.version, last.path, what)]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found
