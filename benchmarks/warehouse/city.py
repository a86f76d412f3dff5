"""A whole sandbox city in a warehouse of its own, loaded as Airflow would load it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.workbench import Workbench, free_port, workbench

if TYPE_CHECKING:
    from busan_safety.transform import ModelResult

CALLS = Path("police") / "112"


@dataclass
class City:
    """A loaded city; `held_back` is the newest day's file of calls, which is not delivered yet."""

    bench: Workbench
    held_back: Path
    load_seconds: float
    call_count: int
    results: list[ModelResult] = field(default_factory=list)

    def deliver_last_day(self) -> None:
        """Put the held-back file into the drop folder and pull it."""
        from busan_safety.loading import pull

        shutil.move(self.held_back, self.bench.settings.drop_dir / CALLS / self.held_back.name)
        report = pull("police_112_calls")
        if report.outcome != "new":
            raise RuntimeError(report.message)

    def build(self) -> dict[str, float]:
        """Build all layers before publication; seconds by layer, dbt's start included."""
        from busan_safety.transform import LAYERS, build_layer, record_build

        seconds: dict[str, float] = {}
        self.results = []
        run_id = f"bench-{time.time_ns()}"
        for layer in LAYERS[:-1]:
            began = time.perf_counter()
            self.results += build_layer(layer, run_id=run_id)
            seconds[layer] = time.perf_counter() - began
        record_build(run_id, "built")
        return seconds


@contextmanager
def loaded_city(first: str, last: str, *, scale: float) -> Iterator[City]:
    """Generate, serve and load the months from first to last (YYYY-MM) of a city of `scale`."""
    os.environ.update(
        BUSAN_SANDBOX_PORT=str(free_port()),
        BUSAN_SANDBOX_SFTP_PORT=str(free_port()),
    )
    with workbench() as bench:
        drop = bench.settings.drop_dir
        _sandbox("generate", "--out", drop, "--scale", scale, "--from", first, "--to", last)
        newest = max((drop / CALLS).glob("*.csv"))
        held_back = bench.folder / newest.name
        shutil.move(newest, held_back)
        with _served(bench):
            began = time.perf_counter()
            _pull_everything()
            seconds = time.perf_counter() - began
            yield City(bench, held_back, seconds, _calls())


def _pull_everything() -> None:
    from busan_safety.loading.sender import pull_feeds
    from busan_safety.sources import all_sources
    from busan_safety.sources.reference import districts

    for source in all_sources().values():
        by_district = source.transport.senders == "districts"
        scopes: list[str | None] = [*sorted(districts())] if by_district else [None]
        for scope in scopes:
            for outcome in pull_feeds([source.id], scope):
                if outcome.is_bad:
                    raise RuntimeError(outcome.message)


def _calls() -> int:
    from busan_safety.warehouse import connect

    with connect("loader") as connection:
        [count] = connection.execute("select count(*) from raw.police_112_calls").fetchone() or [0]
    return int(count)


def _sandbox(*arguments: object) -> None:
    subprocess.run(
        [sys.executable, "-m", "busan_sandbox", *map(str, arguments)],
        check=True,
        capture_output=True,
    )


@contextmanager
def _served(bench: Workbench) -> Iterator[None]:
    from busan_safety.launcher.environment import connection_env, sandbox_folder, sandbox_key

    settings = bench.settings
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "busan_sandbox", "serve"),
            *("--port", str(settings.sandbox_port)),
            *("--sftp-port", str(settings.sandbox_sftp_port)),
            *("--data", str(sandbox_folder(settings))),
        ],
        env={**os.environ, "BUSAN_SANDBOX_KEY": sandbox_key()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        os.environ.update(connection_env(settings))
        _wait_for(settings.host, settings.sandbox_port)
        yield
    finally:
        server.terminate()
        server.wait()


def _wait_for(host: str, port: int, seconds: float = 60) -> None:
    import socket

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")
