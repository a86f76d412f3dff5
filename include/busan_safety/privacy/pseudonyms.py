"""Pseudonyms: the same person is the same token, and nobody without the key can say who it is.

A token is `p<key version>_` and 32 hex characters of HMAC-SHA-256(key, domain, normalised text).

The domain is the agency and the column's canonical name, such as `city:person_id`. A sender's
numbers mean something within that sender only, so feeds of one agency that call a column alike
join on it, and household 17 of the police and person 17 of the city do not. The source is no part
of the domain, nor is the form in which it was sent.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

from busan_safety.privacy.keys import PseudonymKey

_LONG_NUMBER = re.compile(r"[\d-]{10,}")
_SIZE = 16


class Pseudonymiser:
    """Makes the tokens of one domain with one key."""

    def __init__(self, key: PseudonymKey, domain: str) -> None:
        self._secret = key.secret
        self._prefix = f"p{key.version}_"
        self._domain = domain.encode("utf-8") + b"\0"

    def __call__(self, text: str) -> str:
        """The token of one identifier."""
        message = self._domain + normal_identifier(text).encode("utf-8", "surrogateescape")
        digest = hmac.digest(self._secret, message, hashlib.sha256)
        return self._prefix + digest[:_SIZE].hex()


def domain_of(agency: str, column: str) -> str:
    """Name of the domain within which equal identifiers are the same person."""
    return f"{agency}:{column}"


def normal_identifier(text: str) -> str:
    """Spell an identifier without what programs change: width, case, blanks.

    Hyphens are dropped from numbers of ten digits or more (`010-1234-5678` is `01012345678`) and
    kept in shorter ones, where 1-23 and 12-3 are two people.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
    plain = re.sub(r"[‐‑‒–—―−]", "-", plain)
    if _LONG_NUMBER.fullmatch(plain) and sum(map(str.isdigit, plain)) >= 10:
        return plain.replace("-", "")
    return plain
