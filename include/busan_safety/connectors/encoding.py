"""Which encoding a text file is in, and whether it was damaged by a lossy re-save."""

from __future__ import annotations

import codecs
from pathlib import Path

from busan_safety.connectors.errors import DeliveryRefused

BLOCK = 256 * 1024
REPLACEMENT = "\ufffd".encode()
UTF8_BOM = codecs.BOM_UTF8


def sniff_encoding(path: Path, name: str | None = None) -> str:
    """Return `utf-8-sig`, `utf-8` or `cp949`, judged by the first bytes that are not ASCII.

    Korean agencies send CP949 without any marker; strict EUC-KR fails on real files.
    name: of the file in messages, where it is not the path's. Raises DeliveryRefused for UTF-16,
    binary files and an empty file.
    """
    shown = name or path.name
    with path.open("rb") as file:
        head = file.read(BLOCK)
        if not head.strip():
            raise DeliveryRefused("empty", f"{shown} is empty; ask the sender for the file.")
        if head.startswith(UTF8_BOM):
            return "utf-8-sig"
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in head:
            raise DeliveryRefused(
                "not_text",
                f"{shown} is neither UTF-8 nor CP949 text (perhaps UTF-16); "
                "save it as CSV UTF-8 and send it again.",
            )
        while head.isascii():
            more = file.read(BLOCK)
            if not more:
                return "utf-8"
            head = more
    # A block may end inside a character: judge up to the last line break.
    body = head[: head.rfind(b"\n") + 1] or head
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp949"
    return "utf-8"


def refuse_replacement_characters(block: bytes, name: str) -> None:
    """Raise DeliveryRefused when UTF-8 bytes hold U+FFFD: letters were lost before we got them."""
    if REPLACEMENT in block:
        raise DeliveryRefused(
            "replacement_characters",
            f"{name} holds the character U+FFFD: an earlier save in the wrong encoding destroyed "
            "letters that cannot be restored; ask the sender for the original file.",
        )
