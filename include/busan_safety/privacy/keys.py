"""Keys of the pseudonyms: versioned secrets of this deployment, kept apart from the data.

They stand in a file of their own (mode 600, `var/pseudonym_keys.json` or the setting
`BUSAN_PSEUDONYM_KEY_FILE`), neither in the warehouse nor beside the passwords: who holds the data
alone cannot find a person again (PIPA guideline on pseudonymised data, DOMAIN.md D3). The warehouse
knows each key's version and check value only, so that a lost or foreign file is noticed.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from busan_safety.settings import get_settings

_KEY_BYTES = 32


class KeyMissing(RuntimeError):
    """The key file does not hold that version; the message says what to do."""


@dataclass(frozen=True)
class PseudonymKey:
    """One version of the key; `repr` hides the secret."""

    version: int
    secret: bytes = field(repr=False)

    @property
    def check_value(self) -> str:
        """Sixteen hex characters that tell two keys apart and give neither away."""
        return hmac.digest(self.secret, b"busan-safety key check", hashlib.sha256).hex()[:16]


def current_key() -> PseudonymKey:
    """The newest version, made on first use."""
    with _key_file() as (path, stored):
        if not stored:
            _store(path, {1: secrets.token_hex(_KEY_BYTES)}, into=stored)
        version = max(stored)
        return PseudonymKey(version, bytes.fromhex(stored[version]))


def key_versions() -> list[int]:
    """Versions that the key file holds, oldest first."""
    with _key_file() as (_, stored):
        return sorted(stored)


def add_key(after: int = 0) -> PseudonymKey:
    """Make a new version, newer than every version in the file and than `after`."""
    with _key_file() as (path, stored):
        version = max([after, *stored]) + 1
        _store(path, stored | {version: secrets.token_hex(_KEY_BYTES)}, into=stored)
        return PseudonymKey(version, bytes.fromhex(stored[version]))


def destroy_key(version: int) -> None:
    """Remove a version from the file. Raises KeyMissing when it is not there or is the newest."""
    with _key_file() as (path, stored):
        if version not in stored:
            raise KeyMissing(f"The key file holds no version {version}; it has {sorted(stored)}.")
        if version == max(stored):
            raise KeyMissing(f"Version {version} is the key in use; rotate first.")
        _store(path, {kept: key for kept, key in stored.items() if kept != version}, into=stored)


@contextmanager
def _key_file() -> Iterator[tuple[Path, dict[int, str]]]:
    """The file and what it holds, with the lock that keeps two processes from making two keys."""
    path = get_settings().pseudonym_key_path
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stored: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        yield path, {int(version): key for version, key in stored.items()}
    finally:
        os.close(lock)


def _store(path: Path, keys: dict[int, str], *, into: dict[int, str]) -> None:
    beside = path.with_suffix(".tmp")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
        json.dump({str(version): key for version, key in sorted(keys.items())}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    into.clear()
    into.update(keys)
