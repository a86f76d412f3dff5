"""The server: right content types, nothing hidden, nothing outside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from busan_safety.portal.server import make_server


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    root = tmp_path / "releases"
    (root / ".partial-2024.12.1").mkdir(parents=True)
    for name in ("a.csv", "a.parquet", "catalog.jsonld", "README.md", "feed.xml", "SHA256SUMS"):
        (root / name).write_bytes(b"x")
    (root / ".partial-2024.12.1" / "a.csv").write_bytes(b"half")
    (tmp_path / "secret.txt").write_bytes(b"no")
    with make_server("127.0.0.1", 0, root) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.csv", "text/csv; charset=utf-8"),
        ("a.parquet", "application/vnd.apache.parquet"),
        ("catalog.jsonld", "application/ld+json"),
        ("README.md", "text/markdown; charset=utf-8"),
        ("feed.xml", "application/atom+xml"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
    ],
)
def test_files_carry_their_own_type(address: str, name: str, content_type: str) -> None:
    response = httpx.get(f"{address}/{name}")

    assert response.headers["Content-Type"] == content_type
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/.partial-2024.12.1/a.csv", "/%2epartial-2024.12.1/a.csv", "/%2e%2e/secret.txt"]
)
def test_unfinished_and_foreign_files_do_not_exist(address: str, path: str) -> None:
    assert httpx.get(address + path).status_code == 404
