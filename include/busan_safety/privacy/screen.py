"""Find where personal identifiers may stand in a block of text, at the cost of one look at it.

The exact detectors take microseconds a cell, a load takes microseconds a row. So the block's
bytes become bit sets, one bit a byte (digits, separators, letters beyond ASCII), and the shapes
are looked for in all of the block at once by shifting the sets. What is found are candidates,
more than there are identifiers; the exact detectors then judge their cells. No identifier that
`privacy.detectors` knows is missed: a test holds the two against each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

_Codes = npt.NDArray[np.uint8]
_Set = npt.NDArray[np.uint64]

# First bytes in UTF-8 of full-width digits, typographic hyphens and blanks; and of much else.
_PERHAPS_WIDE = (b"\xef", b"\xe2", b"\xe3", b"\xc2", b"\t", b"\r")
_WIDE = re.compile(rb"\xef[\xbc\xbd]|\xe2[\x80\x88]|\xe3\x80\x80|\xc2\xa0|[\t\r]")
_PLAIN = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | dict.fromkeys(map(ord, "\t\r\v\f"), " ")


def candidate_lines(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (number from 0, line) of each line of UTF-8 text that may hold an identifier."""
    plain = block
    if any(lead in block for lead in _PERHAPS_WIDE) and _WIDE.search(block):
        plain = _in_plain_forms(block)
    codes = np.frombuffer(plain, dtype=np.uint8)
    found = _candidates(codes)
    if not found.any():
        return
    lines = block.split(b"\n")
    places = np.flatnonzero(np.unpackbits(found.view(np.uint8), bitorder="little"))
    for number in np.unique(np.searchsorted(np.flatnonzero(codes == 10), places)):
        yield int(number), lines[number]


def _in_plain_forms(block: bytes) -> bytes:
    """The block with digits, hyphens and blanks of other widths in their plain forms."""
    lines = (
        line
        if line.isascii() and "\t" not in line and "\r" not in line
        else unicodedata.normalize("NFKC", line).translate(_PLAIN)
        for line in block.decode("utf-8", "surrogateescape").split("\n")
    )
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _candidates(codes: _Codes) -> _Set:
    """Set of the bytes beside which an identifier may stand."""
    digit = _set((codes >= 48) & (codes <= 57))
    gap = _set((codes == 45) | (codes == 32) | (codes == 41))
    letter = _set(codes >= 128)
    zero_one = _set((codes[:-1] == 48) & (codes[1:] == 49), len(codes))
    two = digit & _ahead(digit, 1)
    four = two & _ahead(two, 2)
    seven = four & _ahead(four, 3)
    start = digit & ~_behind(digit, 1)
    # The last four or seven digits of a run.
    last_four = four & ~_ahead(digit, 4)
    last_seven = last_four_of_seven = seven & ~_ahead(digit, 7)
    last_eight = seven & _ahead(last_four_of_seven, 1)
    # 010-1234-5678, 051) 123-4567, 1588-1234: the last four after a gap, digits before it.
    found = last_four & _behind(gap & (_behind(digit, 1) | _behind(gap, 1)), 1)
    # 900101-1234567, 900101 - 1234567, 010-1234567, 010-12345678
    found |= (last_seven | last_eight) & _behind(gap, 1)
    # 9001011234567
    found |= start & seven & _ahead(last_seven, 6)
    # 01012345678, and with ten digits the older 0111234567
    found |= start & zero_one & seven & (_ahead(last_seven, 3) | _ahead(last_seven, 4))
    # 21-09-123456-70
    found |= _ahead(four & _ahead(two, 4), 1) & gap & _ahead(gap, 7)
    # 12가3456, 12 가 3456: a syllable is three bytes
    syllable = _behind(letter & _behind(letter, 2) & (_behind(digit, 3) | _behind(gap, 3)), 1)
    return found | (last_four & (syllable | (_behind(syllable & gap, 1))))


def _set(mask: npt.NDArray[np.bool_], size: int | None = None) -> _Set:
    """The places where `mask` holds, as bits of words; the last word is never full."""
    packed = np.packbits(mask, bitorder="little")
    words = np.zeros((size or len(mask)) // 64 + 1, dtype=np.uint64)
    words.view(np.uint8)[: len(packed)] = packed
    return words


def _ahead(places: _Set, distance: int) -> _Set:
    """The places from which `places` is reached `distance` bytes on."""
    moved = places >> np.uint64(distance)
    moved[:-1] |= places[1:] << np.uint64(64 - distance)
    return moved


def _behind(places: _Set, distance: int) -> _Set:
    """The places from which `places` is reached `distance` bytes back."""
    moved = places << np.uint64(distance)
    moved[1:] |= places[:-1] >> np.uint64(64 - distance)
    return moved
