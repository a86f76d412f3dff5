"""Rotation of the key of the pseudonyms: a new version, a reload from landing, the old one gone."""

from __future__ import annotations

from busan_safety.loading.keys import KEY_LOCK, register_key
from busan_safety.loading.reloading import reload
from busan_safety.loading.report import RotationReport
from busan_safety.privacy.classes import needs_key
from busan_safety.privacy.keys import add_key, destroy_key, key_versions
from busan_safety.sources import all_sources
from busan_safety.warehouse import connect


class KeyInUse(RuntimeError):
    """Loaded rows still carry pseudonyms of that version."""


def rotate_pseudonym_key() -> RotationReport:
    """Make a new key and read every delivery with pseudonyms from landing anew.

    Loads that are under way end with the old key first and are reloaded with the others. A
    rotation that was interrupted is finished, without another key. The old version stays in the
    key file until `destroy_pseudonym_key`.
    """
    version = _new_version()
    reloaded: dict[str, int] = {}
    refused: dict[int, str] = {}
    for source in all_sources().values():
        if needs_key(source):
            report = reload(source.id, pseudonyms_before=version)
            reloaded[source.id] = len(report.reloaded)
            refused |= report.refused
    return RotationReport(version, reloaded, refused, versions_in_use())


def versions_in_use() -> dict[int, int]:
    """Key version → loaded batches that carry its pseudonyms."""
    with connect("loader") as connection:
        rows = connection.execute(
            "select pseudonym_version, count(*) from ops.batch where status = 'loaded'"
            " and pseudonym_version is not null group by 1 order by 1"
        )
        return {version: count for version, count in rows}


def destroy_pseudonym_key(version: int) -> None:
    """Remove an old version for good. Raises KeyInUse, or KeyMissing when it cannot go."""
    batches = versions_in_use().get(version, 0)
    if batches:
        raise KeyInUse(
            f"{batches:,} batches carry pseudonyms of key {version}; finish the rotation with "
            "`busan-safety rotate-key` first."
        )
    destroy_key(version)
    with connect("loader") as connection:
        connection.execute(
            "update ops.pseudonym_key set destroyed_at = now() where version = %s", [version]
        )


def _new_version() -> int:
    """The version to rotate to: the newest where an older one is still in use, else a new one."""
    with connect("loader") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [KEY_LOCK])
        row = connection.execute(
            "select coalesce(max(version), 0), (select min(pseudonym_version) from ops.batch"
            " where status = 'loaded') from ops.pseudonym_key"
        ).fetchone()
        newest, oldest_in_use = row or (0, None)
        is_interrupted = oldest_in_use is not None and oldest_in_use < newest
        if is_interrupted and newest in key_versions():
            return int(newest)
        key = add_key(after=newest)
        register_key(connection, key)
        return key.version
