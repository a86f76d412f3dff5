"""`feed.xml`: an Atom entry for every version, newest first."""

from __future__ import annotations

import uuid
from datetime import date
from xml.etree import ElementTree as ET

from busan_safety.gate import Dataset
from busan_safety.release import words
from busan_safety.release.publication import Publication, Version
from busan_safety.release.records import Withdrawal
from busan_safety.release.tombstones import TOMBSTONE
from busan_safety.settings import SEOUL, Settings

_ATOM = "http://www.w3.org/2005/Atom"
# Names of releases, not addresses: the folder may be served from anywhere.
_NAMES = uuid.UUID("5d0c1b8e-9c0e-5f0a-8a3f-2c6f1f0e8a11")
_BEFORE_THE_FIRST = date(2024, 1, 1)


def atom(publications: list[Publication], settings: Settings) -> bytes:
    """Return the feed's bytes. A version's `updated` is the day its data describe."""
    ET.register_namespace("", _ATOM)
    versions = [(version, known.dataset) for known in publications for version in known.versions]
    versions.sort(key=lambda pair: (pair[0].data_as_of, pair[0].path), reverse=True)
    newest = versions[0][0].data_as_of if versions else _BEFORE_THE_FIRST
    mark = "[합성 데이터 / synthetic] " if settings.is_synthetic else ""

    feed = ET.Element(_name("feed"))
    _text(feed, "id", f"urn:uuid:{uuid.uuid5(_NAMES, 'feed')}")
    _text(feed, "title", f"{mark}부산 안전 데이터 공개 / Busan safety data releases")
    _text(feed, "updated", _moment(newest))
    author = ET.SubElement(feed, _name("author"))
    _text(author, "name", words.PUBLISHER.ko)
    ET.SubElement(feed, _name("link"), {"rel": "self", "href": "feed.xml"})
    for known in publications:
        for one in reversed(known.withdrawn):
            _withdrawal(feed, one, known.dataset)
    for version, dataset in versions:
        _entry(feed, version, dataset)
    ET.indent(feed)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _entry(feed: ET.Element, version: Version, dataset: Dataset) -> None:
    mark = "[합성 데이터 / synthetic] " if version.is_synthetic else ""
    entry = ET.SubElement(feed, _name("entry"))
    _text(entry, "id", f"urn:uuid:{uuid.uuid5(_NAMES, version.path)}")
    _text(entry, "title", f"{mark}{dataset.title.ko} / {dataset.title.en} {version.version}")
    _text(entry, "updated", _moment(version.data_as_of))
    ET.SubElement(entry, _name("link"), {"rel": "alternate", "href": f"{version.path}/"})
    _text(
        entry,
        "summary",
        f"{version.row_count:,}행, 자료 기준일 {version.data_as_of} / "
        f"{version.row_count:,} rows, data as of {version.data_as_of}",
    )


def _withdrawal(feed: ET.Element, withdrawn: Withdrawal, dataset: Dataset) -> None:
    entry = ET.SubElement(feed, _name("entry"))
    _text(entry, "id", f"urn:uuid:{uuid.uuid5(_NAMES, f'{withdrawn.path}#withdrawn')}")
    title = f"{dataset.title.ko} / {dataset.title.en} {withdrawn.version}"
    _text(entry, "title", f"[회수 / withdrawn] {title}")
    _text(entry, "updated", withdrawn.withdrawn_at.astimezone(SEOUL).isoformat(timespec="seconds"))
    href = f"{withdrawn.path}/{TOMBSTONE}"
    ET.SubElement(entry, _name("link"), {"rel": "alternate", "href": href})
    _text(entry, "summary", f"{withdrawn.reason} / {withdrawn.reason_en}")


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _name(name)).text = text


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00+09:00"
