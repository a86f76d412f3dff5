"""What a sender has for us now: one offer per delivery, fetched only when it is wanted."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from busan_safety.connectors.connection import Connection, get_connection
from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.folder_names import is_safe_name, plain_name
from busan_safety.connectors.http_folder import fetch_http_file, list_http_folder
from busan_safety.connectors.periods import finished_periods, overlaps
from busan_safety.connectors.senders import Question, fetch_pages, odcloud_resources
from busan_safety.settings import SEOUL
from busan_safety.sources import Source, Transport
from busan_safety.sources.reference import CITY_CODE, District, districts

Fetch = Callable[[Path], list[Path]]


@dataclass(frozen=True)
class Offer:
    """One delivery a sender has ready.

    fetch: writes its bytes into the given folder and returns the files in order; raises
    NothingYet when an API has no row for the period.
    is_file: whether that is one file, not the pages of an API.
    path: the file itself when it lies in a file drop, where most files are known already and a
    hash is cheaper than a copy.
    is_settled: whether the period is older than those that the sender still corrects, so that it
    is fetched only while it is missing.
    """

    name: str
    period: str | None
    fetch: Fetch
    is_file: bool = False
    path: Path | None = None
    is_settled: bool = False


def transport_for(source: Source, scope_key: str) -> Transport:
    """The transport of one sender: a district may have its own."""
    return source.transport.exceptions.get(scope_key, source.transport)


def scopes_of(source: Source) -> list[str]:
    """Scope keys of a source: the 16 districts, or the city."""
    return list(districts()) if source.transport.senders == "districts" else [CITY_CODE]


def offers_of(
    source: Source, scope_key: str, *, period: str | None = None, today: dt.date | None = None
) -> list[Offer]:
    """List what the sender has, oldest period first where it has periods.

    period: only what overlaps it, such as 2024-03; an offer that does not say its period is kept.
    today: the day in Korea that decides which periods are over. Raises SourceFailure when the
    sender cannot be asked.
    """
    transport = transport_for(source, scope_key)
    connection = get_connection(transport.connection)
    scope = districts().get(scope_key)
    if transport.is_folder:
        found = _files(transport, connection, scope)
    else:
        day = today or dt.datetime.now(SEOUL).date()
        found = _answers(source.id, transport, connection, scope, day)
    return [offer for offer in found if overlaps(offer.period, period)]


def _answers(
    source_id: str,
    transport: Transport,
    connection: Connection,
    scope: District | None,
    today: dt.date,
) -> Iterator[Offer]:
    ask = partial(fetch_pages, transport, connection)
    if transport.kind == "odcloud":
        for path, title, year in odcloud_resources(transport, connection):
            yield Offer(title, year, partial(ask, Question(scope, path=path)))
    elif transport.periods:
        periods = finished_periods(transport.periods, today)
        settled = len(periods) - transport.periods.revisions
        for at, one in enumerate(periods):
            fetch = partial(ask, Question(scope, one))
            yield Offer(f"{source_id} {one}", one, fetch, is_settled=at < settled)
    else:
        yield Offer(source_id, None, partial(ask, Question(scope)))


def _files(transport: Transport, connection: Connection, scope: District | None) -> Iterator[Offer]:
    relative = transport.path.format(**(scope.placeholders if scope else {"instt_code": ""}))
    pattern = re.compile(transport.pattern or ".*")
    for name, fetch, path in _listed(transport, connection, relative):
        match = pattern.fullmatch(name)
        # A name that begins with a dot is a file still being written.
        if match and not name.startswith("."):
            yield Offer(name, match.groupdict().get("period"), fetch, True, path)


def _listed(
    transport: Transport, connection: Connection, relative: str
) -> Iterator[tuple[str, Fetch, Path | None]]:
    if transport.kind == "http_folder":
        for one in list_http_folder(connection, relative):
            yield one.name, partial(fetch_http_file, connection, one), None
    elif transport.kind == "sftp":
        # Not at the top: paramiko takes a while, and few feeds need it.
        from busan_safety.connectors.sftp import SftpFolder

        folder = SftpFolder(connection, relative)
        for name in folder.names():
            yield name, partial(folder.fetch, name), None
    else:
        for path in _dropped(connection, relative):
            yield plain_name(path.name), partial(copy_file, path), path


def _dropped(connection: Connection, relative: str) -> list[Path]:
    folder = connection.folder / relative
    if not folder.is_dir():
        raise SourceFailure(
            f"The drop folder {relative!r} of connection {connection.id} does not exist yet; "
            "the sender has put nothing there.",
            code="no_folder",
        )
    # A link may lead anywhere; what is sent lies in the folder itself.
    return [
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.is_symlink() and is_safe_name(path.name)
    ]


def copy_file(path: Path, folder: Path) -> list[Path]:
    """Fetch of an offer that is one file: copy it into the folder."""
    target = folder / plain_name(path.name)
    shutil.copyfile(path, target)
    return [target]
