"""Checks of what stands around the versions: catalogue, data packages, files nobody knows."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

from busan_safety.gate import all_datasets
from busan_safety.release.catalogue import catalogue_files
from busan_safety.release.folders import LATEST, PORTAL
from busan_safety.release.records import Release
from busan_safety.release.tables import BYTE_ORDER_MARK
from busan_safety.settings import Settings

CATALOGUE = ("index.json", "catalog.jsonld", "feed.xml")


def catalogue_faults(settings: Settings) -> Iterator[tuple[str, str]]:
    """(file, what is wrong): absent, or not what the records and folders say now."""
    present = [name for name in CATALOGUE if (settings.releases_dir / name).is_file()]
    yield from ((name, "is missing") for name in CATALOGUE if name not in present)
    try:
        expected = catalogue_files(settings)
    except (OSError, ValueError, KeyError, TypeError):
        # A version's own folder is damaged, and is reported as such.
        return
    for name in present:
        if (settings.releases_dir / name).read_bytes() != expected[name]:
            yield name, "does not list what is recorded; run `busan-safety publish`"


def package_faults(folder: Path, release: Release) -> Iterator[str]:
    """What datapackage.json says of the version and its files, where it is not so."""
    path = folder / "datapackage.json"
    if not path.is_file():
        return
    try:
        package = json.loads(path.read_bytes())
        stated = (package["name"], package["version"])
        resources = package["resources"]
        fields = [field["name"] for field in resources[0]["schema"]["fields"]]
    except (ValueError, KeyError, IndexError, TypeError):
        yield "is not a data package"
        return
    if stated != (release.dataset, release.version):
        yield "describes another dataset or version"
    for resource in resources:
        file = folder / resource["path"]
        if file.is_file() and resource["hash"] != f"sha256:{_hash(file)}":
            yield f"states another hash of {resource['path']}"
    table = folder / f"{release.dataset}.csv"
    if table.is_file() and _header(table) != fields:
        yield "lists other columns than the table has"


def unknown_files(root: Path, versions: set[str]) -> Iterator[str]:
    """Paths below `root` that no record, catalogue or portal accounts for.

    versions: recorded `<dataset>/<version>`. Unfinished work (names that begin with a dot) is
    neither served nor a problem: the next release removes it.
    """
    if not root.is_dir():
        return
    datasets = {one.partition("/")[0] for one in versions} | set(all_datasets())
    for path in _visible(root):
        if path.name in (*CATALOGUE, *PORTAL):
            continue
        if path.name not in datasets:
            yield path.name
            continue
        for inner in _visible(path):
            name = f"{path.name}/{inner.name}"
            if name not in versions and inner.name != LATEST:
                yield name


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _header(path: Path) -> list[str]:
    text = path.read_bytes().removeprefix(BYTE_ORDER_MARK).decode("utf-8", "replace")
    return next(csv.reader(io.StringIO(text, newline="")), [])
