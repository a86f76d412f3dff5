"""Writes one city: file drops below the drop folder, everything else into the state folder.

The journal in the state folder names the options, then every file written with its size, then
the end. The same options and the same package find the journal complete and write nothing;
anything else first removes the files that the old journal names, and no others.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from busan_sandbox import city_feeds, district_feeds, education_feeds, police_feeds
from busan_sandbox.cameras import camera_answers, camera_deliveries
from busan_sandbox.crime import region_files, station_answers
from busan_sandbox.emergency import call_files
from busan_sandbox.endpoints import ENDPOINTS_FILE, Endpoint, endpoints_document
from busan_sandbox.facilities import route_files, routes, school_answers, treated_dongs
from busan_sandbox.files import JOURNAL, Delivery, Root
from busan_sandbox.livinglab import living_lab_answers
from busan_sandbox.options import Options
from busan_sandbox.population import population_files
from busan_sandbox.traffic import fatal_accident_files
from busan_sandbox.truth import Truth, truth_document

# The feeds beside those of the first path, by agency.
FEEDS = {
    "city": city_feeds,
    "police": police_feeds,
    "education": education_feeds,
    "districts": district_feeds,
}

TRUTH = "truth.json"
NOTICE = "README_SYNTHETIC.txt"
_NOTICE_TEXT = """\
이 폴더의 모든 파일은 모의(합성) 자료입니다. 실제 신고·범죄·시설 자료가 아닙니다.
Every file below this folder is synthetic. No file holds a real call, crime or facility.

What is real is the form: names, columns, encodings and typical faults follow the files and
interfaces that the agencies publish, and the magnitudes are calibrated to published figures.
Records of single events (112 calls, incidents, accidents, cases, admissions, patrols) and camera
sites are scaled (scale {scale}); population, yearly figures, fatal accidents, schools, zones,
routes, offices and ordinances keep the real city's magnitude. Population repeats the published
residents in a few months and interpolates the others. Names, telephone numbers and other personal
data are made up; so are effects of programmes, which only the tests know (truth.json).

Made by: python -m busan_sandbox generate (seed {seed}, {from} to {to}).
"""


@dataclass(frozen=True)
class Generated:
    """What a run of `generate` did."""

    drop_dir: Path
    state_dir: Path
    files: int
    bytes: int
    written: bool


def state_dir_of(drop_dir: Path) -> Path:
    """Return the folder beside the drop that holds the interfaces' data and the truth."""
    return drop_dir.parent / "sandbox"


def generate(options: Options, drop_dir: Path) -> Generated:
    """Write the city of these options, or do nothing if it is already there."""
    state_dir = state_dir_of(drop_dir)
    journal = state_dir / JOURNAL
    identity = _identity(options)
    known, complete = _read_journal(journal, identity)
    roots = {"drop": drop_dir, "state": state_dir}
    if complete and all(_has_size(roots[root] / path, size) for root, path, size in known):
        return Generated(drop_dir, state_dir, len(known), sum(size for *_, size in known), False)
    for root, path, _ in known:
        (roots[root] / path).unlink(missing_ok=True)
    state_dir.mkdir(parents=True, exist_ok=True)
    files = size = 0
    with journal.open("w", encoding="utf-8") as log:
        drop = os.path.relpath(drop_dir, state_dir)
        log.write(json.dumps({"identity": identity, "drop": drop, **options.as_dict()}) + "\n")
        for root, delivery in _deliveries(options):
            # Named before it is written: an interrupted run leaves nothing unnamed.
            entry = {"root": root, "path": delivery.path, "size": len(delivery.content)}
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
            log.flush()
            _write(roots[root] / delivery.path, delivery.content)
            files += 1
            size += len(delivery.content)
        log.write(json.dumps({"complete": True}) + "\n")
    return Generated(drop_dir, state_dir, files, size, True)


def _deliveries(options: Options) -> Iterator[tuple[Root, Delivery]]:
    # The geometry library takes a while to load, and the server's process never needs it.
    from busan_sandbox.outlines import outline_file

    truth = Truth()
    found = routes(options)
    treated = treated_dongs(found)
    notice = _NOTICE_TEXT.format(**options.as_dict())
    yield "drop", Delivery(NOTICE, notice.encode())
    for delivery in _drop_files(options):
        yield "drop", delivery
    for delivery in route_files(options, found):
        yield "drop", delivery
    for delivery in camera_deliveries(options, truth.planted):
        yield "drop", delivery
    for delivery in call_files(options, treated, truth.planted):
        yield "drop", delivery
    for delivery in camera_answers(options, truth.planted):
        yield "state", delivery
    yield "state", living_lab_answers(options)
    yield "state", station_answers(options)
    yield "state", school_answers(options)
    for feeds in FEEDS.values():
        yield from feeds.deliveries(options, truth)
    yield "state", outline_file()
    yield "state", Delivery(ENDPOINTS_FILE, endpoints_document(generated_endpoints()))
    truth.planted["routes"] = len(found)
    truth.planted["routes_with_works"] = sum(r.works_completed_on is not None for r in found)
    document = json.dumps(truth_document(options, treated, truth), ensure_ascii=False, indent=1)
    yield "state", Delivery(TRUTH, document.encode())


def generated_endpoints() -> list[Endpoint]:
    """Return the interfaces of the feeds beside those of the first path."""
    return [
        replace(endpoint, agency=agency)
        for agency, feeds in FEEDS.items()
        for endpoint in feeds.ENDPOINTS
    ]


def _drop_files(options: Options) -> Iterator[Delivery]:
    yield from population_files(options)
    yield from region_files(options)
    yield from fatal_accident_files(options)


def _identity(options: Options) -> str:
    """Return a hash of the options and of this package's code and tables."""
    digest = hashlib.sha256(json.dumps(options.as_dict(), sort_keys=True).encode())
    package = resources.files("busan_sandbox")
    for folder in (package, package / "data"):
        for part in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if part.name.endswith((".py", ".csv")):
                digest.update(part.name.encode() + b"\0" + part.read_bytes())
    return digest.hexdigest()


def _read_journal(journal: Path, identity: str) -> tuple[list[tuple[str, str, int]], bool]:
    """Return the files that the journal names and whether it is complete for this identity."""
    if not journal.exists():
        return [], False
    entries = []
    for line in journal.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            # The last line of an interrupted run; its file was not begun.
            break
    known = [(e["root"], e["path"], e["size"]) for e in entries if "path" in e]
    same = bool(entries) and entries[0].get("identity") == identity
    return known, same and "complete" in entries[-1]


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _write(path: Path, content: bytes) -> None:
    """Write beside and rename: a reader of the drop never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)
