"""What a sender has for us now: one offer per delivery, fetched only when it is wanted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from busan_safety.connectors.connection import Connection, get_connection
from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.senders import (
    fetch_gateway,
    fetch_neis,
    fetch_odcloud,
    odcloud_resources,
)
from busan_safety.sources import Source, Transport
from busan_safety.sources.reference import CITY_CODE, districts


@dataclass(frozen=True)
class Offer:
    """One delivery a sender has ready.

    fetch: writes its bytes into the given folder and returns the files in order.
    is_file: whether that is one file, not the pages of an API.
    path: the file itself when it lies in a file drop, where most files are known already and a
    hash is cheaper than a copy.
    """

    name: str
    period: str | None
    fetch: Callable[[Path], list[Path]]
    is_file: bool = False
    path: Path | None = None


def transport_for(source: Source, scope_key: str) -> Transport:
    """The transport of one sender: a district may have its own."""
    return source.transport.exceptions.get(scope_key, source.transport)


def scopes_of(source: Source) -> list[str]:
    """Scope keys of a source: the 16 districts, or the city."""
    return list(districts()) if source.transport.senders == "districts" else [CITY_CODE]


def offers_of(source: Source, scope_key: str) -> list[Offer]:
    """List what the sender has. Raises SourceFailure when the sender cannot be asked."""
    transport = transport_for(source, scope_key)
    connection = get_connection(transport.connection)
    if transport.kind == "file_drop":
        return _dropped_files(transport, connection, scope_key)
    if transport.kind == "odcloud":
        return [
            Offer(title, period, partial(fetch_odcloud, transport, connection, resource))
            for resource, title, period in odcloud_resources(transport, connection)
        ]
    if transport.kind == "neis":
        return [Offer(source.id, None, partial(fetch_neis, transport, connection))]
    extra = (
        {"instt_code": districts()[scope_key].instt_code}
        if transport.kind == "standard_data"
        else {}
    )
    return [Offer(source.id, None, partial(fetch_gateway, transport, connection, extra))]


def _dropped_files(transport: Transport, connection: Connection, scope_key: str) -> list[Offer]:
    district = districts().get(scope_key)
    relative = transport.path.format(instt_code=district.instt_code if district else "")
    folder = connection.folder / relative
    if not folder.is_dir():
        raise SourceFailure(
            f"The drop folder {relative!r} of connection {connection.id} does not exist yet; "
            "the sender has put nothing there.",
            transient=False,
            code="no_folder",
        )
    pattern = re.compile(transport.pattern or ".*")
    offers = []
    for path in sorted(folder.iterdir()):
        match = pattern.fullmatch(path.name)
        # A name that begins with a dot is a file still being written.
        if match and path.is_file() and not path.name.startswith("."):
            period = match.groupdict().get("period")
            offers.append(Offer(path.name, period, partial(copy_file, path), True, path))
    return offers


def copy_file(path: Path, folder: Path) -> list[Path]:
    """Fetch of an offer that is one file: copy it into the folder."""
    target = folder / path.name
    shutil.copyfile(path, target)
    return [target]
