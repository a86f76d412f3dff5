"""The deliveries behind a published row: batches of a feed, and their landed files."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from busan_safety.landing.store import MANIFEST
from busan_safety.release.records import Release
from busan_safety.settings import Settings
from busan_safety.sources import UnknownSource, get_source

_PERIOD = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")
_DISTRICT = re.compile(r"^26\d{3}$")


@dataclass(frozen=True)
class LandedFile:
    """One file as a sender gave it; is_intact: its bytes still have the hash of its arrival."""

    path: Path
    byte_count: int
    sha256: str
    is_intact: bool


@dataclass(frozen=True)
class Delivery:
    """One batch that was in use when the version was built."""

    batch_id: int
    sender: str
    file_name: str
    slices: tuple[str, ...]
    received_at: str
    bytes_sha256: str
    rows_loaded: int
    rows_quarantined: int
    is_synthetic: bool
    files: tuple[LandedFile, ...]


@dataclass(frozen=True)
class DeliveredFeed:
    """A feed and its deliveries; is_narrowed: only those of the row's own period and district."""

    source_id: str
    publisher: str
    title: str
    is_narrowed: bool
    deliveries: tuple[Delivery, ...]


def deliveries_of(
    connection: psycopg.Connection,
    settings: Settings,
    source_id: str,
    row: dict[str, str],
    release: Release,
) -> DeliveredFeed:
    """Batches of the feed that were in use when the release was built, with their files.

    Narrowed by the names of their slices to the row's period and district. A measure that looks
    back, or that averages over a boundary, may also have read the slices beside. Where no slice
    fits, all that were in use are given.
    """
    in_use = _slices_in_use(connection, source_id, release)
    span, district = _span(row), _district(row)
    fitting = [one for one in in_use if _fits(one[1], span, district)]
    chosen = fitting or in_use
    slices: dict[int, list[str]] = {}
    for batch_id, slice_key in chosen:
        slices.setdefault(batch_id, []).append(slice_key)
    publisher, title = _named(source_id)
    return DeliveredFeed(
        source_id=source_id,
        publisher=publisher,
        title=title,
        is_narrowed=0 < len(fitting) < len(in_use),
        deliveries=_deliveries(connection, settings.landing_dir, slices),
    )


def _slices_in_use(
    connection: psycopg.Connection, source_id: str, release: Release
) -> list[tuple[int, str]]:
    """(batch, slice) at the last build that ended before the release, else at the release."""
    return connection.execute(
        """
        with moment as (
            select coalesce(
                (
                    select max(build.finished_at) from ops.build
                    where build.status = 'built' and build.finished_at <= release.released_at
                ),
                release.released_at
            ) as at
            from ops.release
            where release.dataset = %(dataset)s and release.version = %(version)s
        )
        select slice.batch_id, slice.slice_key
        from ops.batch_slice as slice cross join moment
        where
            slice.source_id = %(source_id)s
            and slice.current_from <= moment.at
            and coalesce(slice.superseded_at > moment.at, true)
        order by slice.slice_key, slice.batch_id
        """,
        {"dataset": release.dataset, "version": release.version, "source_id": source_id},
    ).fetchall()


def _deliveries(
    connection: psycopg.Connection, landing: Path, slices: dict[int, list[str]]
) -> tuple[Delivery, ...]:
    with connection.cursor(row_factory=dict_row) as cursor:
        batches = cursor.execute(
            """
            select
                batch_id,
                source_id || '/' || scope_key as sender,
                file_name,
                received_at,
                bytes_sha256,
                rows_loaded,
                rows_quarantined,
                is_synthetic,
                landed_path
            from ops.batch where batch_id = any(%s) order by received_at, batch_id
            """,
            [list(slices)],
        ).fetchall()
    return tuple(
        Delivery(
            slices=tuple(sorted(slices[batch["batch_id"]])),
            files=_files(landing / batch.pop("landed_path")),
            **{**batch, "received_at": _moment(batch["received_at"])},
        )
        for batch in batches
    )


def _files(folder: Path) -> tuple[LandedFile, ...]:
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return (LandedFile(folder, 0, "", is_intact=False),)
    return tuple(
        LandedFile(
            path=folder / entry["name"],
            byte_count=entry["bytes"],
            sha256=entry["sha256"],
            is_intact=_hash(folder / entry["name"]) == entry["sha256"],
        )
        for entry in json.loads(manifest.read_text(encoding="utf-8"))["files"]
    )


def _hash(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fits(slice_key: str, span: tuple[date, date] | None, district: str | None) -> bool:
    for part in slice_key.split("|"):
        if _DISTRICT.match(part) and district and part != district:
            return False
        covered = _covered(part)
        if covered and span and not (covered[0] <= span[1] and span[0] <= covered[1]):
            return False
    return True


def _covered(part: str) -> tuple[date, date] | None:
    """Days of `2024`, `2024-03` or `2024-03-09`; nothing for other names."""
    match = _PERIOD.match(part)
    if match is None or _DISTRICT.match(part):
        return None
    year, month, day = (int(one) if one else None for one in match.groups())
    if year is None or not 1900 <= year <= 2200:
        return None
    first = date(year, month or 1, day or 1)
    if day:
        return first, first
    following = date(year + 1, 1, 1) if not month or month == 12 else date(year, month + 1, 1)
    return first, date.fromordinal(following.toordinal() - 1)


def _span(row: dict[str, str]) -> tuple[date, date] | None:
    """Period of the row: its earliest `…_start` to its latest `…_end`, or its year."""
    starts = [value for name, value in row.items() if name.endswith("_start") and value]
    ends = [value for name, value in row.items() if name.endswith("_end") and value]
    if starts and ends:
        return date.fromisoformat(min(starts)), date.fromisoformat(max(ends))
    years = [value for name, value in row.items() if name.endswith("year") and value.isdigit()]
    if not years:
        return None
    return date(int(min(years)), 1, 1), date(int(max(years)), 12, 31)


def _district(row: dict[str, str]) -> str | None:
    if row.get("place_type") == "district":
        return row.get("place_code")
    return row.get("district_code") or None


def _named(source_id: str) -> tuple[str, str]:
    try:
        source = get_source(source_id)
    except UnknownSource:
        return "", ""
    return source.publisher.ko, f"{source.title.ko} / {source.title.en}"


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds")
