"""The small parts of an XLSX workbook: its sheets, its texts, which number formats are dates."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NoReturn
from xml.parsers import expat

from busan_safety.connectors.archives import MAX_UNPACKED_BYTES, read_member
from busan_safety.connectors.errors import DeliveryRefused

Attributes = dict[str, str]
DateKind = Literal["date", "time"]
# A tag or a text that goes on for longer is no table; the parser would hold all of it.
_LONGEST_TOKEN_BYTES = 8 * 1024**2
_MAX_TEXT_LETTERS = 64 * 1024**2
_MAX_PART_BYTES = 64 * 1024**2
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORMAT_TEXT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hmsHMS]+\])[^\]]*\]')
# Formats that every program knows by number (ECMA-376 18.8.30), Korean and Japanese ones too.
_BUILT_IN_DATES = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)})
_BUILT_IN_TIMES = frozenset({*range(18, 22), *range(32, 36), 45, 46, 47})


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, whether people see it, and its part in the archive."""

    name: str
    is_visible: bool
    member: str


@dataclass(frozen=True)
class Parts:
    """What is needed to read the cells: sheets in order, texts, formats by style, day 0."""

    sheets: list[Sheet]
    texts: list[str]
    formats: list[DateKind | None]
    is_1904: bool


def parse_part(
    archive: zipfile.ZipFile,
    member: str,
    name: str,
    start: Callable[[str, Attributes], object],
    end: Callable[[str], object],
    text: Callable[[str], object] | None = None,
    *,
    most: int = _MAX_PART_BYTES,
) -> None:
    """Parse a whole part. Raises DeliveryRefused when it is broken, hostile or too large."""
    parser = part_parser(name)
    parser.StartElementHandler = lambda tag, attributes: start(local(tag), attributes)
    parser.EndElementHandler = lambda tag: end(local(tag))
    parser.CharacterDataHandler = text
    for block in read_member(archive, member, name, most):
        feed(parser, block, name)
    feed(parser, b"", name, final=True)


def part_parser(name: str) -> expat.XMLParserType:
    """A parser that refuses document types, and with them entities, inner and outer."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> NoReturn:
        raise DeliveryRefused(
            "hostile_xml",
            f"{name} holds XML with a document type or entities; it was not read. Save it again "
            "with a spreadsheet program.",
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def feed(parser: expat.XMLParserType, block: bytes, name: str, *, final: bool = False) -> None:
    """Feed one block. Raises DeliveryRefused when the XML is broken or one token never ends."""
    try:
        parser.Parse(block, final)
    # ValueError and LookupError: a declared encoding that the parser does not take.
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise broken(name, str(error)) from error


def refuse_endless_token(parser: expat.XMLParserType, fed: int, name: str) -> None:
    """Raise DeliveryRefused when the parser has been holding one token for megabytes."""
    if fed - max(0, parser.CurrentByteIndex) > _LONGEST_TOKEN_BYTES:
        raise broken(name, "a cell or tag of many megabytes")


def broken(name: str, what: str) -> DeliveryRefused:
    """The refusal of a workbook that is not one."""
    return DeliveryRefused(
        "broken_workbook",
        f"{name} cannot be read as a workbook: {what[:200]}. Save it again as .xlsx.",
    )


def local(tag: str) -> str:
    """A tag without its prefix."""
    return tag.rpartition(":")[2]


def unescape(text: str) -> str:
    """Text with `_x000D_` as the character it stands for."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    return match.group(0) if 0xD800 <= code <= 0xDFFF else chr(code)


def read_parts(archive: zipfile.ZipFile, name: str) -> Parts:
    """Read everything but the cells. Raises DeliveryRefused."""
    members = {member.lower(): member for member in archive.namelist()}
    workbook = _workbook_member(archive, members, name)
    folder = posixpath.dirname(workbook)
    relations = _relations(archive, members, workbook, name)
    sheets: list[tuple[str, bool, str]] = []
    is_1904 = False

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal is_1904
        if tag == "sheet":
            reference = next((value for key, value in attributes.items() if local(key) == "id"), "")
            visible = attributes.get("state", "visible") == "visible"
            sheets.append((attributes.get("name", ""), visible, reference))
        elif tag == "workbookPr":
            is_1904 = attributes.get("date1904") in ("1", "true", "on")

    parse_part(archive, workbook, name, start, lambda _: None)

    def member_of(target: str) -> str | None:
        path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        return members.get(posixpath.normpath(path).lower())

    found = []
    for title, visible, reference in sheets:
        kind, target = relations.get(reference, ("", ""))
        member = member_of(target) if kind == "worksheet" else None
        if member:
            found.append(Sheet(title, visible, member))
    by_kind = {kind: member_of(target) for kind, target in relations.values()}
    texts, styles = by_kind.get("sharedStrings"), by_kind.get("styles")
    if not found:
        raise broken(name, "it has no sheet")
    return Parts(
        found,
        _texts(archive, texts, name) if texts else [],
        _formats(archive, styles, name) if styles else [],
        is_1904,
    )


def _workbook_member(archive: zipfile.ZipFile, members: dict[str, str], name: str) -> str:
    target = "xl/workbook.xml"
    if "_rels/.rels" in members:
        kinds = dict(_read_relations(archive, members["_rels/.rels"], name).values())
        target = kinds.get("officeDocument", target).lstrip("/")
    member = members.get(posixpath.normpath(target).lower())
    if member is None or not member.lower().endswith(".xml"):
        raise broken(name, "it is another kind of document")
    return member


def _relations(
    archive: zipfile.ZipFile, members: dict[str, str], workbook: str, name: str
) -> dict[str, tuple[str, str]]:
    folder, base = posixpath.split(workbook.lower())
    member = members.get(f"{folder}/_rels/{base}.rels")
    return _read_relations(archive, member, name) if member else {}


def _read_relations(archive: zipfile.ZipFile, member: str, name: str) -> dict[str, tuple[str, str]]:
    """Relations of a part by id: (kind, target); what lies outside the archive is left out."""
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))

    parse_part(archive, member, name, start, lambda _: None)
    return found


def _texts(archive: zipfile.ZipFile, member: str, name: str) -> list[str]:
    """Shared texts; how a Korean or Japanese text is to be pronounced is left out."""
    texts: list[str] = []
    parts: list[str] = []
    letters = 0
    open_text = pronounced = False

    def start(tag: str, _: Attributes) -> None:
        nonlocal open_text, pronounced
        if tag == "si":
            parts.clear()
        elif tag == "rPh":
            pronounced = True
        open_text = tag == "t" and not pronounced

    def end(tag: str) -> None:
        nonlocal open_text, pronounced
        open_text = False
        if tag == "rPh":
            pronounced = False
        elif tag == "si":
            texts.append(unescape("".join(parts)))

    def text(letters_: str) -> None:
        nonlocal letters
        if open_text:
            letters += len(letters_)
            if letters > _MAX_TEXT_LETTERS:
                raise DeliveryRefused(
                    "archive_too_large",
                    f"{name} holds more text than a table can; it was not read.",
                )
            parts.append(letters_)

    parse_part(archive, member, name, start, end, text, most=MAX_UNPACKED_BYTES)
    return texts


def _formats(archive: zipfile.ZipFile, member: str, name: str) -> list[DateKind | None]:
    """For each cell style whether its numbers are dates or times."""
    codes: dict[int, str] = {}
    styles: list[int] = []
    in_cell_styles = False

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal in_cell_styles
        number = attributes.get("numFmtId", "0")
        number_id = int(number) if number.isascii() and number[:9].isdecimal() else 0
        if tag == "numFmt":
            codes[number_id] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            in_cell_styles = True
        elif tag == "xf" and in_cell_styles:
            styles.append(number_id)

    def end(tag: str) -> None:
        nonlocal in_cell_styles
        if tag == "cellXfs":
            in_cell_styles = False

    parse_part(archive, member, name, start, end)
    return [_kind_of_format(number, codes.get(number)) for number in styles]


def _kind_of_format(number: int, code: str | None) -> DateKind | None:
    if code is None:
        if number in _BUILT_IN_DATES:
            return "date"
        return "time" if number in _BUILT_IN_TIMES else None
    plain: Any = _FORMAT_TEXT.sub("", code.split(";")[0]).casefold()
    if plain == "general":
        return None
    if "y" in plain or "d" in plain:
        return "date"
    if "h" in plain or "s" in plain:
        return "time"
    return "date" if "m" in plain else None
