"""SHA256SUMS of a release's folder: read and re-check."""

from __future__ import annotations

import hashlib
from pathlib import Path

from busan_safety.release.package import CHECKSUMS


def read_checksums(folder: Path) -> dict[str, str]:
    """File name → SHA-256 as written at the release; empty when there is no list."""
    path = folder / CHECKSUMS
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def broken_files(folder: Path) -> list[tuple[str, str]]:
    """Return (file, what is wrong) for every file that is missing, changed or not listed."""
    expected = read_checksums(folder)
    if not expected:
        return [(CHECKSUMS, "is missing or empty")]
    found = []
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file():
            found.append((name, "is missing"))
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append((name, "differs from its checksum"))
    known = {CHECKSUMS, *expected}
    found += [
        (path.name, "is not in the list of checksums")
        for path in sorted(folder.iterdir())
        if path.name not in known
    ]
    return found
