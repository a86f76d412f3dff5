"""A newcomer's machine on which the whole demonstration has run, once per test process.

A deployment of its own (folder, ports, PostgreSQL), because the `warehouse` fixture of other
modules drops the database of theirs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[1]
DATASETS = {
    "calls_112",
    "citizen_survey",
    "crime",
    "living_lab",
    "participation",
    "policy_effects",
    "programmes_budget",
    "relational_crime",
    "routes_zones",
    "safety_facilities",
    "safety_indicators",
    "schools_child_safety",
    "traffic_safety",
}
# Quarters, two years, 90 days after, and 12 months before and after works in a zone.
FIRST, LAST, SCALE = "2022-12", "2024-12", "0.005"


@dataclass
class Machine:
    """A newcomer's machine: a folder, free ports, the command line."""

    folder: Path
    env: dict[str, str]

    def command(self, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).parent / "busan-safety"), *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def processes(self) -> list[str]:
        """Command lines of everything that still runs with this machine's folder."""
        mine = []
        for process in psutil.process_iter():
            try:
                words = process.cmdline()
                is_mine = process.environ().get("BUSAN_VAR_DIR") == self.env["BUSAN_VAR_DIR"]
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
            if is_mine or any(str(self.folder) in word for word in words):
                mine.append(" ".join(words))
        return mine

    def connect(self, *, database: str = "warehouse") -> psycopg.Connection:
        secrets = json.loads((self.folder / "var" / "secrets.json").read_text())
        return psycopg.connect(
            host="127.0.0.1",
            port=int(self.env["BUSAN_PG_PORT"]),
            dbname=database,
            user="postgres",
            password=secrets["postgres"],
        )

    def query(self, statement: str, *, database: str = "warehouse") -> list[tuple[Any, ...]]:
        with self.connect(database=database) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def releases(self) -> dict[str, str]:
        """Hash of every released file but the feeds that tell when they were written."""
        root = self.folder / "releases"
        return {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.parent.parent.name in DATASETS
        }


def new_machine() -> Machine:
    # Not pytest's own folder: its mode 700 would lock out the database server's user.
    folder = Path(tempfile.mkdtemp(prefix="busan-demo-"))
    folder.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith("BUSAN_")}
    services = ("PG", "AIRFLOW", "SANDBOX", "SANDBOX_SFTP", "PORTAL")
    ports = {name: str(_free_port()) for name in services}
    env |= {f"BUSAN_{name}_PORT": port for name, port in ports.items()}
    env |= {
        "BUSAN_VAR_DIR": str(folder / "var"),
        "BUSAN_RELEASES_DIR": str(folder / "releases"),
        "BUSAN_SANDBOX_SCALE": SCALE,
        "BUSAN_SANDBOX_FROM": FIRST,
        "BUSAN_SANDBOX_TO": LAST,
    }
    return Machine(folder, env)


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    made = new_machine()
    yield made
    made.run("down")
    shutil.rmtree(made.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def first(machine: Machine) -> dict[str, Any]:
    done = machine.run("demo", "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
