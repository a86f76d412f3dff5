"""Folders: whole or absent, ordered by number, `latest` never missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from busan_safety.release.checksums import broken_files
from busan_safety.release.folders import (
    point_latest_at,
    remove_unfinished,
    replace_file,
    switch_in,
    version_folders,
    write_beside,
    write_portal_file,
)
from busan_safety.release.package import sha256
from busan_safety.release.verify_tree import unknown_files


def _files(text: str) -> dict[str, bytes]:
    content = text.encode()
    return {"a.csv": content, "SHA256SUMS": f"{sha256(content)}  a.csv\n".encode()}


def _release(folder: Path, version: str, text: str = "x") -> Path:
    target = folder / version
    switch_in(write_beside(target, _files(text)), target)
    return target


def test_tenth_release_of_a_month_comes_after_the_ninth(tmp_path: Path) -> None:
    for version in ("2024.12.10", "2024.12.9", "2025.01.1", "2024.2.1", "notes"):
        (tmp_path / version).mkdir()

    assert [path.name for path in version_folders(tmp_path)] == [
        *("2024.12.9", "2024.12.10", "2025.01.1")
    ]


def test_unfinished_folder_is_no_version_and_is_cleared(tmp_path: Path) -> None:
    write_beside(tmp_path / "2024.12.1", _files("half"))

    assert version_folders(tmp_path) == []
    remove_unfinished(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_published_version_is_never_overwritten(tmp_path: Path) -> None:
    target = _release(tmp_path, "2024.12.1", "first")

    with pytest.raises(OSError, match="not empty"):
        switch_in(write_beside(target, _files("second")), target)

    assert (target / "a.csv").read_text() == "first"


def test_latest_names_the_folder_relatively(tmp_path: Path) -> None:
    point_latest_at(_release(tmp_path, "2024.12.1"))
    point_latest_at(_release(tmp_path, "2025.01.1"))

    assert (tmp_path / "latest").readlink() == Path("2025.01.1")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("2024.12.1", "2025.01.1", "latest")
    ]


def test_file_of_the_same_content_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    replace_file(path, b"one")
    before = path.stat().st_ino

    replace_file(path, b"one")
    assert path.stat().st_ino == before
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"


def test_changed_lost_and_added_files_are_found(tmp_path: Path) -> None:
    target = _release(tmp_path, "2024.12.1")
    assert broken_files(target) == []

    (target / "b.csv").write_text("new")
    (target / "a.csv").write_text("changed")
    assert broken_files(target) == [
        ("a.csv", "differs from its checksum"),
        ("b.csv", "is not in the list of checksums"),
    ]
    (target / "a.csv").unlink()
    assert ("a.csv", "is missing") in broken_files(target)
    (target / "SHA256SUMS").unlink()
    assert broken_files(target) == [("SHA256SUMS", "is missing or empty")]


def test_the_portal_writes_only_what_verify_knows(tmp_path: Path) -> None:
    for name in ("index.html", "assets/style.css"):
        assert write_portal_file(tmp_path, name, b"x").read_bytes() == b"x"
    assert list(unknown_files(tmp_path, set())) == []

    with pytest.raises(ValueError, match="PORTAL"):
        write_portal_file(tmp_path, "map.html", b"x")

    assert not (tmp_path / "map.html").exists()
