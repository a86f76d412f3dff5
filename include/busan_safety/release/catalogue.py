"""The catalogue of everything released: `index.json`, `catalog.jsonld`, `feed.xml`.

All addresses are relative, so that the folder can be served from anywhere; nothing depends on the
clock, so that the same releases give the same bytes.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from busan_safety.gate import Dataset, all_datasets, successor_of
from busan_safety.release import dcat, feed, words
from busan_safety.release.calendar import Calendar, read_calendar
from busan_safety.release.checksums import read_checksums
from busan_safety.release.folders import replace_file
from busan_safety.release.known_issues import issues_of
from busan_safety.release.publication import Publication, PublishedFile, Version
from busan_safety.release.records import Release, Withdrawal, releases_of, withdrawals_of
from busan_safety.release.tombstones import TOMBSTONE
from busan_safety.settings import Settings
from busan_safety.warehouse import connect


def list_publications(settings: Settings) -> list[Publication]:
    """Every dataset with the versions that are recorded and stand on disk."""
    with connect("publisher", settings=settings) as connection:
        recorded = {name: releases_of(connection, name) for name in all_datasets()}
        withdrawn = {name: tuple(withdrawals_of(connection, name)) for name in all_datasets()}
    calendar = read_calendar(settings)
    return [
        _publication(dataset, recorded[name], withdrawn[name], calendar, settings)
        for name, dataset in all_datasets().items()
    ]


def write_catalogue(settings: Settings) -> None:
    """Write the three files, each in one step, from what is recorded and stands on disk."""
    for name, content in catalogue_files(settings).items():
        replace_file(settings.releases_dir / name, content)


def catalogue_files(settings: Settings) -> dict[str, bytes]:
    """Content of the three files by name, as the records and folders of this moment give it."""
    publications = list_publications(settings)
    return {
        "index.json": _json(_index(publications, settings)),
        "catalog.jsonld": _json(dcat.catalogue(publications, settings)),
        "feed.xml": feed.atom(publications, settings),
    }


def _publication(
    dataset: Dataset,
    recorded: list[Release],
    withdrawn: tuple[Withdrawal, ...],
    calendar: Calendar,
    settings: Settings,
) -> Publication:
    root = settings.releases_dir
    versions = tuple(
        _version(root / release.path, release.path, release.row_count)
        for release in recorded
        if (root / release.path).is_dir()
    )
    newest = versions[-1] if versions else None
    return Publication(
        dataset,
        versions,
        withdrawn,
        tuple(calendar.planned_after(dataset.id, newest.data_as_of if newest else None)),
        issues_of(settings, dataset.id, newest.version, newest.data_as_of) if newest else (),
        successor_of(dataset),
    )


def _version(folder: Path, path: str, row_count: int) -> Version:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return Version(
        version=folder.name,
        folder=folder,
        path=path,
        data_as_of=date.fromisoformat(package["created"][:10]),
        row_count=row_count,
        is_synthetic=package["synthetic"],
        files=tuple(
            PublishedFile(name, (folder / name).stat().st_size, digest)
            for name, digest in read_checksums(folder).items()
        ),
        temporal=_temporal(package.get("temporal")),
    )


def _temporal(stated: dict[str, str] | None) -> tuple[date, date] | None:
    if stated is None:
        return None
    return date.fromisoformat(stated["start"]), date.fromisoformat(stated["end"])


def _index(publications: list[Publication], settings: Settings) -> dict[str, Any]:
    return {
        "publisher": words.PUBLISHER.model_dump(),
        "licence": {"name": words.LICENCE_NAME, "path": words.LICENCE_ADDRESS},
        "synthetic": settings.is_synthetic,
        **({"warning": words.SYNTHETIC_WARNING.model_dump()} if settings.is_synthetic else {}),
        "datasets": [
            {
                "id": known.dataset.id,
                "title": known.dataset.title.model_dump(),
                "latest": known.newest.version if known.newest else None,
                "versions": [
                    {
                        "version": version.version,
                        "path": f"{version.path}/",
                        "data_as_of": version.data_as_of.isoformat(),
                        "row_count": version.row_count,
                        "synthetic": version.is_synthetic,
                        "files": [
                            {"name": file.name, "bytes": file.byte_count, "sha256": file.sha256}
                            for file in version.files
                        ],
                    }
                    for version in reversed(known.versions)
                ],
                "table_version": known.dataset.table_version,
                "replaced_by": known.successor.id if known.successor else None,
                "fed_until": _iso(known.dataset.fed_until),
                "planned": [day.isoformat() for day in known.planned],
                "known_issues": [issue.as_json() for issue in known.known_issues],
                "withdrawn": [
                    {
                        "version": one.version,
                        "path": f"{one.path}/{TOMBSTONE}",
                        "withdrawn_on": one.withdrawn_on.isoformat(),
                        "reason": {"ko": one.reason, "en": one.reason_en},
                    }
                    for one in reversed(known.withdrawn)
                ],
            }
            for known in publications
        ],
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
