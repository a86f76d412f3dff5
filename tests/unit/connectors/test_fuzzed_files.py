"""Damaged files: whatever bytes come, a reader gives rows or a named refusal, in bounded memory.

Small valid files are damaged in the ways of networks, disks and people who mean harm. The run is
the same every time; `BUSAN_FUZZ_EXAMPLES` sets how many files of each kind (default 60).
"""

from __future__ import annotations

import io
import json
import os
import random
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from archives import STATIONS_CSV, archive, workbook
from hypothesis import example, given, settings
from hypothesis import strategies as st

from busan_safety.connectors.archives import BROKEN
from busan_safety.connectors.errors import DeliveryRefused
from busan_safety.connectors.records import Context, Record, Rejected, Tally, read_records
from busan_safety.connectors.table import open_table
from busan_safety.sources import Source, get_source

EXAMPLES = int(os.environ.get("BUSAN_FUZZ_EXAMPLES", "60"))
MEMORY_BYTES = 48 * 1024**2

Damage = Callable[[random.Random, bytes], bytes]


def any_format() -> Source:
    source = get_source("police_crime_by_station")
    forms = [
        form.model_copy(update={"formats": ["csv", "xlsx", "geojson"]}) for form in source.forms
    ]
    return source.model_copy(update={"forms": forms})


def read_all(path: Path) -> int:
    """Rows of a file through everything that happens before the database sees it."""
    source = any_format()
    table = open_table(source, path)
    count = 0
    for item in read_records(source, table.layout, table.rows, Context("2023", None), Tally()):
        assert isinstance(item, Record | Rejected)
        if isinstance(item, Record):
            # What is not refused can be stored as text.
            for value in item.values:
                assert value is None or "\x00" not in value
                (value or "").encode("utf-8")
        count += 1
    return count


def geojson() -> bytes:
    properties = {
        "경찰서": "부산진",
        "살인": 5,
        "강도": 6,
        "강간(강제추행)": 1,
        "절도": 2,
        "폭력": 3,
    }
    geometries = [
        {"type": "Point", "coordinates": [129.07, 35.17]},
        {"type": "Polygon", "coordinates": [[[129, 35], [129.1, 35], [129.1, 35.1], [129, 35]]]},
        {"type": "MultiLineString", "coordinates": [[[129, 35], [129.1, 35.2]]]},
    ]
    features = [
        {"type": "Feature", "properties": properties, "geometry": one} for one in geometries
    ]
    crs = {"type": "name", "properties": {"name": "EPSG:4326"}}
    content = {"type": "FeatureCollection", "crs": crs, "features": features}
    return json.dumps(content, ensure_ascii=False).encode()


def dated(book) -> None:
    book.active.append(["중부", 1, 2, 3, 4, 5])
    book.active["G3"] = 45356
    book.active["G3"].number_format = "yyyy-mm-dd"
    book.active["A4"] = "=SUM(B2:B3)"
    book.create_sheet("숨김").sheet_state = "hidden"


SEEDS = {
    "csv": STATIONS_CSV * 3,
    "quoted csv": '경찰서,살인,강도,강간(강제추행),절도,폭력\n"부산\n진",5,6,"1,234",2,3\n'.encode()
    * 2,
    "tsv": STATIONS_CSV.replace(b",", b"\t"),
    "xlsx": workbook(dated),
    "geojson": geojson(),
    "zip": archive(("자료.csv", STATIONS_CSV)),
}


def truncated(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def flipped(chance: random.Random, content: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def inserted(chance: random.Random, content: bytes) -> bytes:
    pieces = [
        b"\x00",
        b'"',
        b"\n",
        b"\xff\xfe",
        b"\xef\xbf\xbd",
        b"[" * 50,
        b"<",
        b"&a;",
        b"PK\x03\x04",
    ]
    at = chance.randrange(len(content))
    return (
        content[:at] + chance.choice(pieces) + chance.randbytes(chance.randint(0, 4)) + content[at:]
    )


def repeated(chance: random.Random, content: bytes) -> bytes:
    first, last = sorted(chance.choices(range(len(content)), k=2))
    return content[:last] + content[first:last] * chance.randint(1, 5) + content[last:]


def operated(chance: random.Random, content: bytes) -> bytes:
    """Surgery inside an archive: a member damaged, swapped, renamed, doubled or left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = [(one, packed.read(one)) for one in packed.namelist()]
        name = chance.choice([one for one, _ in members])
    except (*BROKEN, IndexError, RuntimeError):
        return flipped(chance, content)
    inner = chance.choice([truncated, flipped, inserted, repeated])
    kind = chance.choice(["damage", "damage", "damage", "swap", "rename", "drop", "double"])
    if kind == "damage":
        members = [
            (one, inner(chance, body or b" ") if one == name else body) for one, body in members
        ]
    elif kind == "swap":
        bodies = [body for _, body in members]
        chance.shuffle(bodies)
        members = [(one, body) for (one, _), body in zip(members, bodies, strict=True)]
    elif kind == "rename":
        new = chance.choice(["../x", "xl/../../x", "CON", "x.zip", "x.csv", name.upper()])
        members = [(new if one == name else one, body) for one, body in members]
    elif kind == "drop":
        members = [one for one in members if one[0] != name]
    else:
        members.append(members[0])
    return archive(*members) if members else b"PK\x05\x06" + bytes(18)


DAMAGES: list[Damage] = [truncated, flipped, inserted, repeated, operated]


@pytest.mark.parametrize("kind", SEEDS)
def test_an_undamaged_file_is_read(tmp_path, kind):
    path = tmp_path / "file"
    path.write_bytes(SEEDS[kind])
    assert read_all(path) > 0


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", SEEDS)
def test_a_damaged_file_gives_rows_or_a_named_refusal(tmp_path, kind):
    read, refused = 0, set()
    path = tmp_path / "file"
    tracemalloc.start()
    try:
        for number in range(EXAMPLES):
            chance = random.Random(f"{kind} {number}")  # noqa: S311 - the same every time
            content = SEEDS[kind]
            for _ in range(chance.choice([1, 1, 2])):
                content = chance.choice(DAMAGES)(chance, content) or b" "
            path.write_bytes(content)
            tracemalloc.reset_peak()
            try:
                read_all(path)
                read += 1
            except DeliveryRefused as refusal:
                refused.add(refusal.code)
                str(refusal).encode("utf-8")
            assert tracemalloc.get_traced_memory()[1] < MEMORY_BYTES, number
    finally:
        tracemalloc.stop()
    # A run that only ever refuses, or never does, would test nothing.
    assert read
    assert refused


_LINES = st.text(
    st.sampled_from(list(",\"'\t\n\r\x00;= 가힣\ufeff\ufffd\u3000")) | st.characters(), max_size=120
)


@settings(max_examples=max(60, EXAMPLES), deadline=None)
@given(text=_LINES, encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp949"]))
@example(text='"' + "x," * 3000, encoding="utf-8")
@example(text="경찰서,절도\n\x00,1\n", encoding="utf-8")
def test_any_text_below_a_right_header_is_rows_or_a_refusal(tmp_path_factory, text, encoding):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(
        STATIONS_CSV.decode("cp949").encode(encoding) + text.encode(encoding, "ignore")
    )
    try:
        assert read_all(path) > 0
    except DeliveryRefused as refusal:
        assert refusal.code


@settings(max_examples=max(60, EXAMPLES), deadline=None)
@given(st.lists(st.lists(_LINES, max_size=7), max_size=6))
def test_any_table_finds_a_layout_or_is_refused(tmp_path_factory, table):
    path = tmp_path_factory.getbasetemp() / "table.csv"
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table]
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    with pytest.raises(DeliveryRefused):
        read_all(path)
