"""One generated city for the whole session, and a server that plays its interfaces."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from busan_sandbox.generate import Generated, generate
from busan_sandbox.options import Month, Options
from busan_sandbox.server import SandboxServer

KEY = "a-key/with+signs=="
SMALL = Options(seed=7, scale=0.002, first=Month(2023, 1), last=Month(2023, 2))


@dataclass(frozen=True)
class City:
    """A generated city and ways to read it back."""

    options: Options
    generated: Generated

    @property
    def drop(self) -> Path:
        return self.generated.drop_dir

    @property
    def truth(self) -> dict[str, Any]:
        text = (self.generated.state_dir / "truth.json").read_text(encoding="utf-8")
        document: dict[str, Any] = json.loads(text)
        return document

    def api(self, name: str) -> list[dict[str, Any]]:
        """Return a table of the interfaces; a `*` in its name joins several."""
        paths = sorted((self.generated.state_dir / "api").glob(f"{name}.json"))
        return [row for path in paths for row in json.loads(path.read_text(encoding="utf-8"))]


def read_csv(path: Path, encoding: str) -> list[list[str]]:
    text = path.read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Return the city of the demo: scale 0.02, 24 months."""
    options = Options()
    drop = tmp_path_factory.mktemp("sandbox") / "drop"
    return City(options, generate(options, drop))


@pytest.fixture(scope="session")
def call_rows(city: City) -> list[dict[str, str]]:
    """Return every row of every 112 file, as text."""
    rows: list[dict[str, str]] = []
    for path in sorted((city.drop / "police/112").iterdir()):
        rows += csv.DictReader(io.StringIO(path.read_bytes().decode("cp949")))
    return rows


@pytest.fixture
def server(city: City) -> Iterator[SandboxServer]:
    """Yield a server of its own for one test, so that faults do not leak."""
    played = SandboxServer(("127.0.0.1", 0), city.generated.state_dir, KEY, slow_seconds=0.3)
    thread = threading.Thread(target=played.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield played
    played.shutdown()
    thread.join()
    played.server_close()


@pytest.fixture
def client(server: SandboxServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=10) as session:
        yield session
