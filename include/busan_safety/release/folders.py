"""Files on disk: written beside, made durable, then switched in one step."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

LATEST = "latest"
# What the portal writes beside the datasets: `verify` takes anything else for a stranger.
PORTAL = ("index.html", "assets")
_VERSION = re.compile(r"^(?P<year>\d{4})\.(?P<month>\d{2})\.(?P<number>\d+)$")
_PARTIAL_PREFIX = ".partial-"


def version_folders(dataset_folder: Path) -> list[Path]:
    """Folders of complete versions, oldest first; unfinished ones are not among them."""
    if not dataset_folder.is_dir():
        return []
    found = [path for path in dataset_folder.iterdir() if _VERSION.match(path.name)]
    return sorted(found, key=lambda path: version_order(path.name))


def version_order(version: str) -> tuple[int, int, int]:
    """Sort key of a version `YYYY.MM.N`. Raises ValueError for anything else."""
    match = _VERSION.match(version)
    if match is None:
        raise ValueError(f"{version!r} is not a version like 2024.12.1")
    return int(match["year"]), int(match["month"]), int(match["number"])


def write_beside(target: Path, files: dict[str, bytes]) -> Path:
    """Write the files into an unfinished folder beside `target` and make them durable."""
    beside = target.parent / f"{_PARTIAL_PREFIX}{target.name}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for name, content in files.items():
        with (beside / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    _sync_folder(beside)
    return beside


def switch_in(beside: Path, target: Path) -> None:
    """Give the unfinished folder its final name; fails if the name is taken."""
    beside.rename(target)
    _sync_folder(target.parent)


def remove_unfinished(dataset_folder: Path) -> None:
    """Remove what a killed run left before its switch; nothing has ever pointed at it."""
    for path in dataset_folder.glob(f"{_PARTIAL_PREFIX}*"):
        shutil.rmtree(path)


def point_latest_at(folder: Path) -> None:
    """Let `latest` beside `folder` name it; readers see the old or the new name, never none."""
    link = folder.parent / LATEST
    if link.is_symlink() and os.readlink(link) == folder.name:
        return
    beside = folder.parent / f".{LATEST}.{os.getpid()}"
    beside.unlink(missing_ok=True)
    beside.symlink_to(folder.name, target_is_directory=True)
    beside.replace(link)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step; untouched when it has this content already."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def write_portal_file(root: Path, name: str, content: bytes) -> Path:
    """Write a file of the portal, `name` below `root`, in one step; return its path.

    Raises ValueError for a name that `verify` would not know as the portal's.
    """
    if name.partition("/")[0] not in PORTAL:
        raise ValueError(f"{name} is no file of the portal: add it to PORTAL in release/folders.py")
    replace_file(root / name, content)
    return root / name


def remove_all_but(folder: Path, kept: str) -> None:
    """Remove everything in a folder but one file."""
    for path in folder.iterdir():
        if path.name == kept:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
