"""Names of files as senders give them: a name, never a path."""

from __future__ import annotations

import os
import re

from busan_safety.connectors.errors import SourceFailure

_LONGEST_NAME_BYTES = 255
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"^[A-Za-z]:")


def is_safe_name(name: str) -> bool:
    """Whether a name is one file's plain name: no path, no drive, no device, no control."""
    return not (
        name in ("", ".", "..")
        or "/" in name
        or "\\" in name
        or _CONTROL.search(name)
        or _DRIVE.match(name)
        or _DEVICE.match(name)
        or len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME_BYTES
    )


def plain_name(name: str) -> str:
    """A local file's name as text: names that old archives left in CP949 bytes are decoded."""
    try:
        name.encode("utf-8")
        return name
    except UnicodeEncodeError:
        return os.fsencode(name).decode("cp949", errors="replace")


def safe_name(name: str, sender: str) -> str:
    """Return the name. Raises SourceFailure when it would leave its folder."""
    if not is_safe_name(name):
        shown = _CONTROL.sub("?", name)[:80]
        raise SourceFailure(
            f"{sender} lists a file with a path in its name ({shown!r}); nothing was fetched. Ask "
            "the sender whether the server is theirs.",
            code="hostile_name",
        )
    return name
