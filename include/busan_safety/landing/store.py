"""Content-addressed folders of deliveries with a manifest each."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from busan_safety.settings import get_settings

MANIFEST = "manifest.json"
_INCOMING = ".incoming-"
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Landed:
    """One landed delivery. `files` are in the sender's order; sizes in bytes.

    is_file: whether that is one file as a person knows it, not the pages of an API.
    """

    folder: Path
    files: list[Path]
    name: str
    bytes_sha256: str
    byte_count: int
    is_file: bool


def hash_files(files: Sequence[Path]) -> str:
    """SHA-256 of one file's bytes, or of the list of hashes of several."""
    return _digest([_hash(path) for path in files])


def land(
    source_id: str,
    scope_key: str,
    name: str,
    fetch: Callable[[Path], list[Path]],
    *,
    period: str | None = None,
    is_file: bool = True,
) -> Landed:
    """Fetch a delivery into a folder beside, then put it in place under its hash.

    fetch: writes the bytes into the folder it is given and returns the files in order. What it
    raises passes through, and the folder beside is removed; one that a killed process left
    behind goes with the next delivery.
    """
    root = _private_folder(source_id, scope_key)
    _remove_left_behind(root)
    beside, lock = _incoming(root)
    try:
        files = fetch(beside)
        hashes = [_hash(path) for path in files]
        digest = _digest(hashes)
        target = root / digest
        if not target.exists():
            manifest = {
                "source_id": source_id,
                "scope_key": scope_key,
                "name": name,
                "period": period,
                "received_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                "bytes_sha256": digest,
                "is_synthetic": get_settings().is_synthetic,
                "is_file": is_file,
                "files": [
                    {"name": path.name, "bytes": path.stat().st_size, "sha256": sha256}
                    for path, sha256 in zip(files, hashes, strict=True)
                ],
            }
            text = json.dumps(manifest, ensure_ascii=False, indent=1)
            (beside / MANIFEST).write_text(text, encoding="utf-8")
            _sync(beside)
            # Another process may have landed the same bytes meanwhile: then theirs stays.
            try:
                beside.rename(target)
            except OSError:
                if not target.exists():
                    raise
            _sync_entry(root)
        return read_landed(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        os.close(lock)


def read_landed(folder: Path) -> Landed:
    """Return the delivery in a landed folder, as its manifest describes it."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    files = [folder / entry["name"] for entry in manifest["files"]]
    return Landed(
        folder,
        files,
        manifest["name"],
        manifest["bytes_sha256"],
        sum(entry["bytes"] for entry in manifest["files"]),
        manifest.get("is_file", len(files) == 1 and files[0].name == manifest["name"]),
    )


def _private_folder(source_id: str, scope_key: str) -> Path:
    """The sender's folder. Exact bytes may hold what raw must not: for the loader's user alone."""
    landing = get_settings().landing_dir
    landing.mkdir(mode=0o700, parents=True, exist_ok=True)
    landing.chmod(0o700)
    root = landing / source_id / scope_key
    root.mkdir(parents=True, exist_ok=True)
    return root


def _incoming(root: Path) -> tuple[Path, int]:
    """A folder to write into and its lock, which says that somebody is at work."""
    while True:
        beside = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=root))
        lock = _lock(beside)
        if lock is not None and beside.exists():
            return beside, lock
        # Another process took it for one left behind, before it was locked.
        if lock is not None:
            os.close(lock)


def _remove_left_behind(root: Path) -> None:
    """Remove half-written deliveries whose process is gone: a process at work holds a lock."""
    for folder in root.glob(f"{_INCOMING}*"):
        lock = _lock(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """Lock a folder until the process ends or closes the lock; None when another holds it."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _digest(hashes: list[str]) -> str:
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o600)
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _sync_entry(folder: Path) -> None:
    """Make the folder's new entry survive a power cut."""
    entry = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
