"""What stays of a version that was taken back: its hashes, why, when and who."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from busan_safety.release import folders
from busan_safety.release.checksums import read_checksums
from busan_safety.release.records import Release, Withdrawal

TOMBSTONE = "TOMBSTONE.json"


def read_tombstone(folder: Path) -> dict[str, Any] | None:
    """Return the tombstone in a version's folder, if there is a readable one."""
    path = folder / TOMBSTONE
    if not path.is_file():
        return None
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return found


def bury(releases_dir: Path, withdrawal: Withdrawal, newest: Release | None) -> None:
    """Put the tombstone, move `latest` to what stands, then remove the files.

    Each step may be the last before a kill: the next call goes on from there. `latest` never
    names a version whose files are being removed.
    """
    folder = releases_dir / withdrawal.path
    folder.mkdir(parents=True, exist_ok=True)
    if read_tombstone(folder) is None:
        folders.replace_file(folder / TOMBSTONE, _content(withdrawal, read_checksums(folder)))
    if newest:
        folders.point_latest_at(releases_dir / newest.path)
    else:
        (folder.parent / folders.LATEST).unlink(missing_ok=True)
    folders.remove_all_but(folder, TOMBSTONE)


def fault_of(folder: Path, withdrawal: Withdrawal) -> str | None:
    """Say what is wrong with a withdrawn version's folder, if anything."""
    tombstone = read_tombstone(folder)
    if tombstone is None:
        return "is withdrawn, but has no readable tombstone; run any `busan-safety publish`"
    same = (tombstone.get("dataset"), tombstone.get("version"), tombstone.get("reason"))
    expected = {"ko": withdrawal.reason, "en": withdrawal.reason_en}
    if same != (withdrawal.dataset, withdrawal.version, expected):
        return "has a tombstone that says another thing than the record"
    if tombstone["sha256"].get(f"{withdrawal.dataset}.csv") not in (withdrawal.csv_sha256, None):
        return "has a tombstone with another hash than was recorded"
    if {path.name for path in folder.iterdir()} != {TOMBSTONE}:
        return "is withdrawn, but its files are still there; run any `busan-safety publish`"
    return None


def _content(withdrawal: Withdrawal, checksums: dict[str, str]) -> bytes:
    return (
        json.dumps(
            {
                "dataset": withdrawal.dataset,
                "version": withdrawal.version,
                "status": "withdrawn",
                "notice": {
                    "ko": "이 판은 회수되었습니다. 내려받은 파일을 지우고 쓰지 마십시오.",
                    "en": "This version was withdrawn. Delete copies and do not use them.",
                },
                "reason": {"ko": withdrawal.reason, "en": withdrawal.reason_en},
                "withdrawn_at": withdrawal.withdrawn_at.isoformat(timespec="seconds"),
                "withdrawn_by": withdrawal.withdrawn_by,
                "sha256": checksums,
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    ).encode("utf-8")
