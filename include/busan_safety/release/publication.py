"""What stands published on disk: datasets, their versions and the files of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from busan_safety.gate import Dataset
from busan_safety.release.known_issues import KnownIssue
from busan_safety.release.records import Withdrawal

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".xml": "application/atom+xml",
}


@dataclass(frozen=True)
class PublishedFile:
    """One file of a version, as listed in its SHA256SUMS."""

    name: str
    byte_count: int
    sha256: str

    @property
    def media_type(self) -> str:
        """IANA media type."""
        return MEDIA_TYPES[Path(self.name).suffix]


@dataclass(frozen=True)
class Version:
    """One version of a dataset, as it stands on disk.

    temporal: first and last day that the rows speak of; None in versions that do not say it.
    """

    version: str
    folder: Path
    path: str
    data_as_of: date
    row_count: int
    is_synthetic: bool
    files: tuple[PublishedFile, ...]
    temporal: tuple[date, date] | None = None

    def file(self, suffix: str) -> PublishedFile:
        """Return the data file with this suffix. Raises KeyError when there is none."""
        for known in self.files:
            if known.name.endswith(suffix) and known.name != "changes.csv":
                return known
        raise KeyError(suffix)


@dataclass(frozen=True)
class Publication:
    """A dataset with its versions, oldest first; without any before its first release.

    planned: days of the calendar after the newest data. known_issues: those of the newest
    version, also such as became known after it. successor: the table that replaces this one.
    """

    dataset: Dataset
    versions: tuple[Version, ...]
    withdrawn: tuple[Withdrawal, ...] = ()
    planned: tuple[date, ...] = ()
    known_issues: tuple[KnownIssue, ...] = ()
    successor: Dataset | None = None

    @property
    def newest(self) -> Version | None:
        """The version that `latest` names."""
        return self.versions[-1] if self.versions else None
