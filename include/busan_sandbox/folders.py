"""Folders that agencies offer over HTTP: an index in HTML and the files below the drop.

`/files/<agency>/<path>/` lists `http/<agency>/<path>/` of the drop folder as a web server's
autoindex does; a file comes with Last-Modified, ETag and Content-Length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate
from html import escape
from pathlib import Path
from urllib.parse import quote, unquote

from busan_sandbox.faults import NO_FAULT, Fault
from busan_sandbox.messages import HTML, TEXT, Answer, Request
from busan_sandbox.spoiling import broken_answer, spoiled_answer

FILES_PATH = "/files/"
_TYPES = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".geojson": "application/geo+json",
    ".zip": "application/zip",
}
# Names that a careless or hostile server lists; a client must not leave its folder for them.
HOSTILE_NAMES = ("../../../../etc/passwd", "..%2F..%2Fsecret.csv", "..\\..\\secret.csv")
_CHANGED = b"\n# changed while it was listed\n"


@dataclass(frozen=True)
class HttpFolders:
    """The agencies' HTTP folders below a drop folder."""

    drop: Path

    def senders(self, request: Request) -> tuple[str, ...]:
        """Return what faults may call the folder of a request."""
        agency = request.path.removeprefix(FILES_PATH).partition("/")[0]
        return (request.path.rstrip("/"), f"{agency}_files", agency, "*")

    def answer(self, request: Request, fault: Fault = NO_FAULT) -> Answer:
        """Answer a request for an index or a file, with the fault that the folder has."""
        if fault.kind == "refused":
            return Answer(401, b"Unauthorized", TEXT, {"WWW-Authenticate": 'Basic realm="files"'})
        if broken := broken_answer(fault):
            return broken
        root = (self.drop / "http").resolve()
        path = (root / unquote(request.path.removeprefix(FILES_PATH))).resolve()
        if path.is_dir() and path != root and path.is_relative_to(root):
            if not request.path.endswith("/"):
                return Answer(301, b"", HTML, {"Location": f"{request.path}/"})
            return spoiled_answer(fault, Answer(200, _index(path, request.path, fault), HTML))
        if path.is_file() and path.is_relative_to(root) and not path.name.startswith("."):
            return spoiled_answer(fault, _file(path, request, fault))
        return Answer(404, b"Not Found", TEXT)


def changed(content: bytes) -> bytes:
    """Return a file's content as it is a moment later: the sender still writes to it."""
    return content + _CHANGED


def visible_files(folder: Path) -> Iterator[Path]:
    """Yield what a folder shows, by name: no file that is being written."""
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("."):
            yield path


def _index(folder: Path, address: str, fault: Fault) -> bytes:
    lines = []
    for path in [] if fault.kind == "empty" else visible_files(folder):
        about = path.stat()
        name = path.name + ("/" if path.is_dir() else "")
        at = datetime.fromtimestamp(about.st_mtime, UTC)
        size = "-" if path.is_dir() else about.st_size
        lines.append(f'<a href="{quote(name)}">{escape(name)}</a> {at:%d-%b-%Y %H:%M} {size}')
    if fault.kind == "traversal":
        names = [escape(name) for name in HOSTILE_NAMES]
        lines += [f'<a href="{name}">{name}</a> 01-Jan-2024 00:00 9' for name in names]
    title = escape(f"Index of {unquote(address)}")
    listed = "\n".join(['<a href="../">../</a>', *lines])
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><hr><pre>{listed}"
        "\n</pre><hr></body></html>\n"
    ).encode()


def _file(path: Path, request: Request, fault: Fault) -> Answer:
    about = path.stat()
    tag = f'"{about.st_mtime_ns:x}-{about.st_size:x}"'
    headers = {"Last-Modified": formatdate(about.st_mtime, usegmt=True), "ETag": tag}
    content_type = _TYPES.get(path.suffix.lower(), "application/octet-stream")
    if fault.kind == "changing":
        # Longer and later than what the index said: the sender is still writing.
        headers = {"Last-Modified": formatdate(usegmt=True), "ETag": f'"{tag[1:-1]}-new"'}
        return Answer(200, changed(path.read_bytes()), content_type, headers)
    if fault.kind == "empty":
        return Answer(200, b"", content_type, headers)
    if tag in request.headers.get("if-none-match", ""):
        return Answer(304, b"", content_type, headers)
    return Answer(200, path.read_bytes(), content_type, headers)
