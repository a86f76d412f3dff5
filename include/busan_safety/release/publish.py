"""Publish what the gate passed: decision re-read, folder switched, row recorded, catalogue last."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import psycopg

from busan_safety.disclosure.policy import read_policy
from busan_safety.gate import (
    CandidateMissing,
    Dataset,
    Reason,
    all_datasets,
    find_decision,
    read_candidate,
)
from busan_safety.gate.candidate import Candidate
from busan_safety.gate.validation import current_suite_hash
from busan_safety.release import folders, live, permission
from busan_safety.release.calendar import Calendar, read_calendar
from busan_safety.release.catalogue import write_catalogue
from busan_safety.release.checksums import broken_files
from busan_safety.release.contract import ContractChange, contract_change, read_package
from busan_safety.release.errors import FilesRefused, ReleaseError
from busan_safety.release.known_issues import issues_of
from busan_safety.release.ledger import record_counts
from busan_safety.release.lock import publisher_lock
from busan_safety.release.package import Edition, build_files, sha256
from busan_safety.release.permission import Outcome
from busan_safety.release.preview import Preview, preview
from busan_safety.release.records import (
    Release,
    insert_release,
    releases_of,
    withdrawals_of,
)
from busan_safety.release.tables import csv_bytes, released_rows
from busan_safety.release.withdraw import finish_withdrawals
from busan_safety.settings import SEOUL, Settings, get_settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReleaseReport:
    """What happened to one dataset.

    released: a new version stands. unchanged: the last version holds these very rows.
    refused: the gate is closed. waiting: a person must approve first. undecided: there is no
    decision on exactly this candidate. embargoed: the calendar holds these data back. In the
    last four the last version stays. error: name of the error that refused the files, which say
    what is hidden or contradict each other; the message says where and what to do.
    """

    dataset: str
    outcome: Outcome
    candidate_fingerprint: str
    row_count: int
    version: str | None = None
    path: Path | None = None
    reasons: tuple[Reason, ...] = ()
    message: str = ""
    error: str | None = None
    is_dry_run: bool = False
    preview: Preview | None = None


def publish_passed(
    *, dry_run: bool = False, run_id: str | None = None, today: date | None = None
) -> list[ReleaseReport]:
    """Release every candidate that has an open decision on exactly its fingerprint.

    One report per dataset; one dataset's closed gate does not hold up the others. dry_run: say
    what would happen, with a preview of the rows that change, and write nothing. Raises
    CandidateMissing before candidates are built and ReleaseError when a version cannot be written.
    today: the day by which embargoes and waivers are judged, default today in Korea.
    """
    settings = get_settings()
    day = today or datetime.now(SEOUL).date()
    calendar = read_calendar(settings)
    reports = []
    with publisher_lock(settings) as connection:
        if not dry_run:
            finish_withdrawals(connection, settings)
            connection.commit()
        for dataset in all_datasets().values():
            with connection.transaction():
                report = _publish(connection, dataset, settings, calendar, day, dry_run=dry_run)
            if report.path and not dry_run:
                folders.point_latest_at(report.path)
            log.info(
                "release run=%s dataset=%s outcome=%s version=%s rows=%d",
                *(run_id, report.dataset, report.outcome, report.version, report.row_count),
            )
            reports.append(report)
    if not dry_run:
        write_catalogue(settings)
    return reports


def _publish(
    connection: psycopg.Connection,
    dataset: Dataset,
    settings: Settings,
    calendar: Calendar,
    today: date,
    *,
    dry_run: bool,
) -> ReleaseReport:
    candidate = read_candidate(connection, dataset)
    decision = find_decision(
        connection,
        dataset.id,
        candidate.fingerprint,
        current_suite_hash(dataset.id, settings),
    )
    history = releases_of(connection, dataset.id)
    withdrawn = withdrawals_of(connection, dataset.id)
    own_folder = settings.releases_dir / dataset.id
    contract = contract_change(
        read_package(own_folder / history[-1].version) if history else None, candidate
    )
    report = ReleaseReport(
        dataset=dataset.id,
        outcome="released",
        candidate_fingerprint=candidate.fingerprint,
        row_count=decision.row_count if decision else len(candidate.rows()),
        reasons=decision.reasons if decision else (),
        is_dry_run=dry_run,
        preview=_preview(candidate, own_folder, history, contract) if dry_run else None,
    )
    held_up = (
        permission.why_not(decision, settings, today, is_first=not history)
        or permission.may_not(candidate, contract, withdrawn)
        or permission.embargoed(calendar, dataset.id, _data_as_of(candidate), today)
    )
    # A person is asked only about files that may go out: those are looked at first.
    if decision is None or (held_up and held_up[0] != "waiting"):
        outcome, message = held_up or ("undecided", "")
        return replace(report, outcome=outcome, message=message)

    last = history[-1] if history else None
    same = last if last and last.candidate_fingerprint == candidate.fingerprint else None
    if not held_up and same and (own_folder / same.version).is_dir():
        if not dry_run:
            _mend_live_table(connection, candidate, same.version)
        return replace(
            report, outcome="unchanged", version=same.version, path=own_folder / same.version
        )

    cut_off = _unrecorded_folder(own_folder, candidate.fingerprint, history)
    data_as_of = _data_as_of(candidate)
    if same:
        version = same.version
    else:
        taken = {known.version for known in history} | {known.version for known in withdrawn}
        version = cut_off.name if cut_off else _next_version(own_folder, data_as_of, taken)

    before = history[:-1] if same else history
    edition = Edition(
        candidate,
        decision,
        version,
        data_as_of,
        _is_synthetic(candidate),
        issues_of(settings, dataset.id, version, data_as_of),
    )
    files = build_files(edition, _previous_csv(own_folder, dataset, before))
    try:
        _look_at(candidate, _tables_of(cut_off) if cut_off else files, settings)
    except FilesRefused as error:
        log.error("release dataset=%s refused: its files say what is hidden", dataset.id)
        return replace(report, outcome="refused", message=str(error), error=type(error).__name__)
    if held_up:
        return replace(report, outcome=held_up[0], message=held_up[1])
    target = own_folder / version
    report = replace(report, version=version, path=target)
    if dry_run:
        return replace(report, message="dry run: nothing was written")
    folders.remove_unfinished(own_folder)
    beside = None if cut_off else folders.write_beside(target, files)
    live.switch_live_table(connection, candidate, version)
    if not same:
        table = (cut_off or beside or target) / f"{dataset.id}.csv"
        insert_release(
            connection,
            Release(
                dataset=dataset.id,
                version=version,
                candidate_fingerprint=candidate.fingerprint,
                decision_id=decision.decision_id,
                row_count=decision.row_count,
                path=f"{dataset.id}/{version}",
                csv_sha256=sha256(table.read_bytes()),
            ),
        )
        record_counts(connection, candidate, version)
    # Last before the commit: a kill in between leaves a whole folder without a row, which the
    # next run recognises by its fingerprint and records.
    if beside:
        folders.switch_in(beside, target)
    return report


def _look_at(candidate: Candidate, files: Mapping[str, bytes], settings: Settings) -> None:
    # The adversary's libraries take seconds to load, and readers of releases need none of them.
    from busan_safety.release.told import require_silent

    require_silent(candidate, files, read_policy(settings.expectations_dir / "disclosure.yml"))


def _tables_of(folder: Path) -> dict[str, bytes]:
    suffixes = (".csv", ".parquet")
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in suffixes}


def _preview(
    candidate: Candidate, own_folder: Path, history: list[Release], contract: ContractChange
) -> Preview:
    header = [column.name for column in candidate.columns]
    return preview(
        candidate.dataset.key,
        history[-1].version if history else None,
        _previous_csv(own_folder, candidate.dataset, history),
        csv_bytes(header, released_rows(candidate)),
        contract,
    )


def _mend_live_table(connection: psycopg.Connection, candidate: Candidate, version: str) -> None:
    try:
        held = live.live_fingerprint(connection, candidate.dataset)
    except CandidateMissing:
        held = ""
    if held != candidate.fingerprint:
        live.switch_live_table(connection, candidate, version)


def _unrecorded_folder(own_folder: Path, fingerprint: str, history: list[Release]) -> Path | None:
    recorded = {release.version for release in history}
    for folder in folders.version_folders(own_folder):
        gate = folder / "gate.json"
        if folder.name in recorded or not gate.is_file():
            continue
        if json.loads(gate.read_text(encoding="utf-8"))["candidate_fingerprint"] != fingerprint:
            continue
        if broken := broken_files(folder):
            name, what = broken[0]
            raise ReleaseError(f"{folder.name}/{name} {what}, and the version is not recorded.")
        return folder
    return None


def _next_version(own_folder: Path, data_as_of: date, recorded: set[str]) -> str:
    month = (data_as_of.year, data_as_of.month)
    taken = set(recorded)
    taken |= {folder.name for folder in folders.version_folders(own_folder)}
    numbers = [
        number
        for year, in_month, number in map(folders.version_order, taken)
        if (year, in_month) == month
    ]
    return f"{data_as_of:%Y.%m}.{max(numbers, default=0) + 1}"


def _previous_csv(own_folder: Path, dataset: Dataset, before: list[Release]) -> bytes | None:
    if not before:
        return None
    path = own_folder / before[-1].version / f"{dataset.id}.csv"
    if not path.is_file():
        raise ReleaseError(
            f"{dataset.id} {before[-1].version} is recorded but its CSV is gone: without a "
            "difference there is no release. Restore the folder from a backup."
        )
    return path.read_bytes()


def _data_as_of(candidate: Candidate) -> date:
    newest = max(candidate.values("data_as_of"), default="")
    if not newest:
        raise ReleaseError(f"{candidate.dataset.id} has no data_as_of, so it gets no version.")
    return date.fromisoformat(newest)


def _is_synthetic(candidate: Candidate) -> bool:
    return "t" in candidate.values("is_synthetic")
