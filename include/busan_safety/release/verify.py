"""Re-check everything that was released: files, fingerprints, decisions, pointers."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import psycopg

from busan_safety.gate import CandidateMissing, Dataset, all_datasets
from busan_safety.release.checksums import broken_files, read_checksums
from busan_safety.release.folders import LATEST, version_folders
from busan_safety.release.live import live_fingerprint
from busan_safety.release.records import Release, releases_of
from busan_safety.settings import get_settings
from busan_safety.warehouse import connect

_CATALOGUE = ("index.json", "catalog.jsonld", "feed.xml")


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was released; `where` is a path below the releases' folder."""

    dataset: str
    version: str
    where: str
    what: str


def verify() -> list[Problem]:
    """Return every problem found; an empty list says that all promises hold."""
    settings = get_settings()
    root = settings.releases_dir
    problems: list[Problem] = []
    with connect("publisher", settings=settings) as connection:
        for dataset in all_datasets().values():
            history = releases_of(connection, dataset.id)
            for release in history:
                problems += _check_version(connection, root, release)
            problems += _check_folders(root / dataset.id, dataset, history)
            if history:
                problems += _check_live(connection, dataset, history[-1])
    problems += [
        Problem("", "", name, "is missing") for name in _CATALOGUE if not (root / name).is_file()
    ]
    return problems


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
    gate = json.loads(gate_file.read_text(encoding="utf-8")) if gate_file.is_file() else {}
    if gate.get("candidate_fingerprint") != release.candidate_fingerprint:
        found.append(problem("gate.json", "names another candidate than the record"))
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


def _check_folders(own_folder: Path, dataset: Dataset, history: list[Release]) -> list[Problem]:
    recorded = {release.version for release in history}
    found = [
        Problem(dataset.id, folder.name, f"{dataset.id}/{folder.name}", "is not recorded")
        for folder in version_folders(own_folder)
        if folder.name not in recorded
    ]
    link = own_folder / LATEST
    if history and not (link.is_symlink() and os.readlink(link) == history[-1].version):
        what = f"does not name {history[-1].version}"
        found.append(Problem(dataset.id, history[-1].version, f"{dataset.id}/{LATEST}", what))
    return found


def _check_live(connection: psycopg.Connection, dataset: Dataset, last: Release) -> list[Problem]:
    try:
        held = live_fingerprint(connection, dataset)
    except CandidateMissing:
        held = ""
    if held == last.candidate_fingerprint:
        return []
    what = "the table published." + dataset.id + " does not hold this version's rows"
    return [Problem(dataset.id, last.version, last.path, what)]
