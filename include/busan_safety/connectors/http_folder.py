"""Files in a folder that a web server lists (Apache, nginx and others' index pages)."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from busan_safety.connectors.connection import Connection
from busan_safety.connectors.errors import SourceFailure
from busan_safety.connectors.folder_names import safe_name
from busan_safety.connectors.http import HttpClient


@dataclass(frozen=True)
class ListedFile:
    """A file in an index: its plain name, and its address."""

    name: str
    url: str


def list_http_folder(connection: Connection, path: str) -> list[ListedFile]:
    """Files that the index page of a folder links to, in the order of their names.

    Links that leave the folder or the host, sub-folders and sort links are no files. Raises
    SourceFailure for a folder that cannot be listed and for names that hold a path.
    """
    url = f"{connection.base_url}/{quote(path.strip('/'))}/"
    with HttpClient(connection) as client:
        body = client.text(url)
    return read_index(body, url, connection.id)


def fetch_http_file(connection: Connection, listed: ListedFile, folder: Path) -> list[Path]:
    """Stream one listed file into `folder`.

    It is always fetched whole: validators, sizes and times of a server say nothing certain about
    the content, its hash does.
    """
    target = folder / listed.name
    with HttpClient(connection) as client:
        client.download(listed.url, target)
    return [target]


def read_index(body: bytes, url: str, sender: str) -> list[ListedFile]:
    """Files that an index page at `url` lists. Raises SourceFailure when it is no index page."""
    parser = _Links()
    parser.feed(body.decode("utf-8", errors="replace"))
    parser.close()
    if not parser.is_html:
        raise SourceFailure(
            f"{sender} did not answer with an index page at the folder's address; check `path` in "
            "the registry, and whether the server lists its folders.",
            code="no_index",
        )
    # Taken for an index they would hide files. Every index links somewhere, at least to the
    # folder above; a maintenance page does not.
    if parser.is_cut or not parser.links:
        what = "an index page that ends in the middle" if parser.is_cut else "a page without links"
        raise SourceFailure(
            f"{sender} answered with {what} at the folder's address, as during maintenance; it is "
            "tried again. If it stays so, check `path` in the registry.",
            code="no_index",
            action="retry",
        )
    base = urlsplit(url)
    found: dict[str, ListedFile] = {}
    for href in parser.links:
        try:
            target = urlsplit(urljoin(url, href.strip()))
            if (target.scheme, target.netloc) != (base.scheme, base.netloc):
                continue
        except ValueError:
            continue
        # A server that lists `..%2Fsecret` is broken or hostile, whatever it points to.
        rest = target.path[len(base.path) :] if target.path.startswith(base.path) else ""
        if not rest or rest.endswith("/") or (target.query and "=" in target.query):
            continue
        name = safe_name(_decoded(rest), sender)
        address = f"{base.scheme}://{base.netloc}{target.path}"
        found.setdefault(name, ListedFile(name, address))
    return [found[name] for name in sorted(found)]


def _decoded(text: str) -> str:
    """A name from its URL encoding; Korean servers encode CP949 as well as UTF-8."""
    raw = unquote_to_bytes(text)
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.is_html = False
        self._is_open = False

    @property
    def is_cut(self) -> bool:
        """Whether the page began a document that it does not end."""
        return self._is_open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_html = self.is_html or tag in ("html", "body", "pre", "table", "ul", "a")
        self._is_open = self._is_open or tag == "html"
        if tag == "a":
            self.links.extend(value for name, value in attrs if name == "href" and value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "html":
            self._is_open = False
