"""Content-addressed folders of deliveries with a manifest each."""

from __future__ import annotations

import datetime as dt
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
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Landed:
    """One landed delivery. `files` are in the sender's order; sizes in bytes."""

    folder: Path
    files: list[Path]
    name: str
    bytes_sha256: str
    byte_count: int


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
) -> Landed:
    """Fetch a delivery into a folder beside, then put it in place under its hash.

    fetch: writes the bytes into the folder it is given and returns the files in order. What it
    raises passes through, and the folder beside is removed.
    """
    root = get_settings().landing_dir / source_id / scope_key
    root.mkdir(parents=True, exist_ok=True)
    # Exact bytes may hold what raw must not: for the loader's own user alone.
    get_settings().landing_dir.chmod(0o700)
    beside = Path(tempfile.mkdtemp(prefix=".incoming-", dir=root))
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
        return read_landed(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


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
    )


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
        with path.open("rb") as file:
            os.fsync(file.fileno())
