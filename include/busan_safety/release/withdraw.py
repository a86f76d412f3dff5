"""Take a version back: its files go, a tombstone stays, the version before is the newest again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import psycopg

from busan_safety.gate import Dataset, Text, all_datasets, get_dataset
from busan_safety.release import live
from busan_safety.release.catalogue import write_catalogue
from busan_safety.release.lock import publisher_lock
from busan_safety.release.records import (
    Release,
    Withdrawal,
    mark_withdrawn,
    releases_of,
    withdrawals_of,
)
from busan_safety.release.tombstones import TOMBSTONE, bury
from busan_safety.settings import Settings, get_settings

log = logging.getLogger(__name__)


class CannotWithdraw(ValueError):
    """There is no such version, or no reason or name was given."""


@dataclass(frozen=True)
class WithdrawalReport:
    """What was taken back, and what `latest` and the live table now are."""

    dataset: str
    version: str
    tombstone: Path
    newest: str | None


def withdraw(dataset_id: str, version: str, *, reason: Text, by: str) -> WithdrawalReport:
    """Withdraw one version; again for one that is withdrawn already finishes what was begun.

    The record and the live table change first, in one transaction: from then on no catalogue
    names the version and no publisher brings it back. Raises UnknownDataset and CannotWithdraw.
    """
    dataset = get_dataset(dataset_id)
    if not reason.ko.strip() or not by.strip():
        raise CannotWithdraw("A withdrawal needs a reason and the name of who decided it.")
    settings = get_settings()
    with publisher_lock(settings) as connection:
        _record(connection, dataset, version, settings, reason=reason, by=by)
        # The record first: from here on a killed run is finished by the next one.
        connection.commit()
        finish_withdrawals(connection, settings)
        standing = releases_of(connection, dataset.id)
        connection.commit()
    write_catalogue(settings)
    log.info("withdrawn dataset=%s version=%s by=%s", dataset.id, version, by)
    return WithdrawalReport(
        dataset.id,
        version,
        settings.releases_dir / dataset.id / version / TOMBSTONE,
        standing[-1].version if standing else None,
    )


def finish_withdrawals(connection: psycopg.Connection, settings: Settings) -> None:
    """Complete on disk every withdrawal that is recorded; does nothing to those that are whole."""
    for dataset in all_datasets():
        withdrawn = withdrawals_of(connection, dataset)
        standing = releases_of(connection, dataset) if withdrawn else []
        for one in withdrawn:
            bury(settings.releases_dir, one, standing[-1] if standing else None)


def was_withdrawn(withdrawn: list[Withdrawal], fingerprint: str) -> Withdrawal | None:
    """Return the withdrawal of exactly this candidate, if it was published and taken back."""
    return next((one for one in withdrawn if one.candidate_fingerprint == fingerprint), None)


def _record(
    connection: psycopg.Connection,
    dataset: Dataset,
    version: str,
    settings: Settings,
    *,
    reason: Text,
    by: str,
) -> None:
    standing = releases_of(connection, dataset.id)
    if version in {one.version for one in withdrawals_of(connection, dataset.id)}:
        return
    if version not in {one.version for one in standing}:
        known = ", ".join(one.version for one in standing) or "none"
        raise CannotWithdraw(f"{dataset.id} has no version {version!r}. Standing: {known}.")
    left = [one for one in standing if one.version != version]
    with connection.transaction():
        mark_withdrawn(connection, dataset.id, version, reason=reason, by=by)
        if standing[-1].version == version:
            _go_back(connection, dataset, left[-1] if left else None, settings)


def _go_back(
    connection: psycopg.Connection, dataset: Dataset, newest: Release | None, settings: Settings
) -> None:
    folder = settings.releases_dir / newest.path if newest else None
    if newest and folder and folder.is_dir():
        live.restore_live_table(connection, dataset, newest.version, folder)
    else:
        live.drop_live_table(connection, dataset)
