"""The known spelling that a new one is most like, for a message that a person can act on."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

# Compared letter by letter (a syllable of Hangul is two or three): a typing error still fits.
_LIKENESS = 0.6


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The spelling among `known` that is most like `text`, or None when none is like it."""
    spelled = {_letters(one): one for one in known}
    found = difflib.get_close_matches(_letters(text), spelled, n=1, cutoff=_LIKENESS)
    return spelled[found[0]] if found else None


def _letters(text: str) -> str:
    return unicodedata.normalize("NFKD", "".join(text.split())).casefold()
