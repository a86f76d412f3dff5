"""A city of the sandbox, wholly loaded and built: fixture `loaded_city`, once per session.

A deployment of its own (folder, ports, PostgreSQL), because the `warehouse` fixture of other
modules drops the database of theirs. The same file is the command that makes it:
`python tests/loaded_city.py load|stop`, with the BUSAN_* settings in the environment.
"""

from __future__ import annotations

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

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[1]
# Quarters, two years, 90 days after, and 12 months before and after works in a zone.
FIRST, LAST, SCALE = "2022-12", "2024-12", "0.005"
LAYERS = ("reference", "staging", "intermediate", "marts")


@dataclass(frozen=True)
class LoadedCity:
    """Where the city stands."""

    landing: Path
    port: int
    password: str

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, as superuser."""
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname="warehouse",
            user="postgres",
            password=self.password,
        ) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def loaded_city() -> Iterator[LoadedCity]:
    """Generate, serve, pull and build a city."""
    # Not pytest's own folder: its mode 700 would lock out the database server's user.
    folder = Path(tempfile.mkdtemp(prefix="busan-city-"))
    folder.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith("BUSAN_")}
    for name in ("PG", "AIRFLOW", "SANDBOX", "SANDBOX_SFTP", "PORTAL"):
        env[f"BUSAN_{name}_PORT"] = str(_free_port())
    env |= {
        "BUSAN_VAR_DIR": str(folder / "var"),
        "BUSAN_RELEASES_DIR": str(folder / "releases"),
        "BUSAN_DEPLOYMENT": "sandbox",
        "BUSAN_SANDBOX_SCALE": SCALE,
        "BUSAN_SANDBOX_FROM": FIRST,
        "BUSAN_SANDBOX_TO": LAST,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "include"), env.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, __file__]
    try:
        done = subprocess.run(
            [*command, "load"], env=env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        secrets = json.loads((folder / "var" / "secrets.json").read_text(encoding="utf-8"))
        yield LoadedCity(folder / "var" / "landing", int(env["BUSAN_PG_PORT"]), secrets["postgres"])
    finally:
        subprocess.run([*command, "stop"], env=env, cwd=ROOT, capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _load() -> None:
    import time

    from busan_safety.launcher.environment import (
        child_env,
        connection_env,
        sandbox_folder,
        sandbox_key,
    )
    from busan_safety.loading import create_raw_tables, pull
    from busan_safety.settings import get_settings
    from busan_safety.sources import all_sources
    from busan_safety.transform import build_layer
    from busan_safety.warehouse.bootstrap import bootstrap
    from busan_safety.warehouse.embedded import EmbeddedServer

    settings = get_settings()
    began = time.monotonic()

    def note(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s {what}", flush=True)

    EmbeddedServer(settings).start(extra_config={"fsync": "off"})
    bootstrap(settings)
    create_raw_tables()
    note("warehouse")
    sandbox = [sys.executable, "-m", "busan_sandbox"]
    drop = str(settings.var_dir / "drop")
    generate = [*sandbox, "generate", "--out", drop, "--scale", str(settings.sandbox_scale)]
    generate += ["--from", settings.sandbox_from, "--to", settings.sandbox_to]
    subprocess.run(generate, check=True, env=child_env(settings))
    note("generated")
    serve = [*sandbox, "serve", "--port", str(settings.sandbox_port)]
    serve += ["--data", str(sandbox_folder(settings))]
    serving = subprocess.Popen(
        serve,
        env=child_env(settings)
        | {
            "BUSAN_SANDBOX_KEY": sandbox_key(),
            "BUSAN_SANDBOX_SFTP_PORT": str(settings.sandbox_sftp_port),
        },
    )
    try:
        os.environ.update(connection_env(settings))
        _wait(settings.sandbox_port)
        _wait(settings.sandbox_sftp_port)
        districts = _districts()
        for source_id, source in all_sources().items():
            for scope in districts if source.agency == "districts" else (None,):
                pull(source_id, scope)
        note("loaded")
    finally:
        serving.terminate()
        serving.wait()
    for layer in LAYERS:
        build_layer(layer, run_id="loaded_city")
        note(f"built {layer}")


def _districts() -> list[str]:
    rows = (ROOT / "dbt_project" / "seeds" / "districts.csv").read_text(encoding="utf-8")
    return [row.partition(",")[0] for row in rows.splitlines()[1:]]


def _wait(port: int) -> None:
    import time

    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on port {port}")


def _stop() -> None:
    from busan_safety.settings import get_settings
    from busan_safety.warehouse.embedded import EmbeddedServer

    EmbeddedServer(get_settings()).stop()


if __name__ == "__main__":
    {"load": _load, "stop": _stop}[sys.argv[1]]()
