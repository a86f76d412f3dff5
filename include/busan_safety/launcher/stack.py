"""Bring the platform of one machine up and down, and say how it is."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from busan_safety.launcher import preflight, processes
from busan_safety.launcher.environment import airflow_env, child_env, seed_secrets
from busan_safety.launcher.interrupts import shielded
from busan_safety.launcher.services import (
    Service,
    generate_command,
    prepare_airflow_command,
    services,
)
from busan_safety.loading import create_raw_tables
from busan_safety.settings import Settings
from busan_safety.warehouse import WarehouseUnavailable, connect
from busan_safety.warehouse.bootstrap import bootstrap
from busan_safety.warehouse.embedded import EmbeddedServer

POSTGRES = "postgres"
_GENERATE, _MIGRATE = "sandbox-generate", "airflow-migrate"
_START_TIMEOUT_SECONDS = 180.0

Say = Callable[[str], None]


class StartError(RuntimeError):
    """A service did not come up; the message holds the end of its log."""


@dataclass(frozen=True)
class ServiceStatus:
    """State of one service for people and machines."""

    name: str
    state: str
    pid: int | None
    port: int | None
    url: str
    log: str


@dataclass
class Stack:
    """The services of one deployment; remembers which of them this object started.

    scheduler_started_at: None while this object has not started Airflow's scheduler.
    """

    settings: Settings
    say: Say = print
    started: list[str] = field(default_factory=list)
    scheduler_started_at: datetime | None = None
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = processes.ProcessFolder(self.settings.var_dir)
        self.server = EmbeddedServer(self.settings)

    def up(self) -> bool:
        """Start what is not running and wait until it answers; return whether anything was started.

        PostgreSQL first; then the sandbox city is generated while Airflow's tables are migrated.
        Raises PreflightError before anything starts and StartError when something does not come up.
        """
        declared = services(self.settings)
        missing = [one for one in declared if processes.find(self.folder, one.name) is None]
        self._check(missing)
        seed_secrets(self.settings)
        if not missing and self.server.is_running():
            # A feed that was added since gets its table.
            self.start_postgres()
            self.say("All services are running already.")
            return False
        self.start_postgres()
        if missing:
            self._start_in_order(missing)
        return True

    def start_postgres(self) -> None:
        """Start the embedded server if needed and bring databases, roles and tables up to date."""
        if not self.server.is_running():
            self.say(f"Starting PostgreSQL 18 on port {self.settings.pg_port}.")
            self.started.append(POSTGRES)
            with shielded():
                self.server.start()
        bootstrap(self.settings)
        create_raw_tables()

    def stop_started(self) -> list[str]:
        """Stop what this object started, latest first; return the names."""
        return self._stop(self.started)

    def down(self) -> list[str]:
        """Stop every service of this deployment, whoever started it; return the names."""
        return self._stop(
            [POSTGRES, _GENERATE, _MIGRATE, *(one.name for one in services(self.settings))]
        )

    def status(self) -> list[ServiceStatus]:
        """State of every service: running (answers), starting (runs, silent) or stopped."""
        known = [self._status_of(one) for one in services(self.settings)]
        return [self._postgres_status(), *known]

    def _check(self, missing: list[Service]) -> None:
        ports = [port for one in missing for port in one.ports]
        if not self.server.is_running():
            ports.insert(0, ("BUSAN_PG_PORT", self.settings.pg_port))
        preflight.check(self.settings, ports)

    def _start_in_order(self, missing: list[Service]) -> None:
        """Two preparations side by side, then what needs them, last what nobody waits for."""
        names = {one.name for one in missing}
        # Left over when an earlier start was killed before it could clean up.
        processes.stop(self.folder, [_GENERATE, _MIGRATE])
        generate = migrate = None
        if "sandbox" in names:
            self.say("Generating the sandbox city (synthetic data).")
            generate = self._launch(
                _GENERATE, generate_command(self.settings), child_env(self.settings)
            )
        if "airflow-api-server" in names:
            self.say("Preparing Airflow's database.")
            migrate = self._launch(_MIGRATE, prepare_airflow_command(), airflow_env(self.settings))
        if migrate:
            self._wait_for_end(_MIGRATE, migrate)
        self._start([one for one in missing if one.phase == "airflow"])
        if generate:
            self._wait_for_end(_GENERATE, generate)
        self._start([one for one in missing if one.phase == "agencies"])
        self._wait_until_healthy([one for one in missing if one.phase != "last"])
        self._start([one for one in missing if one.phase == "last"])

    def _start(self, wanted: list[Service]) -> None:
        for one in wanted:
            self.say(f"Starting {one.name}{f' on port {one.port}' if one.port else ''}.")
            self._launch(one.name, one.command, one.env)

    def _launch(
        self, name: str, command: tuple[str, ...], env: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        if name == "airflow-scheduler":
            self.scheduler_started_at = datetime.now(tz=UTC)
        self.started.append(name)
        child = processes.start(self.folder, name, command, env, self.settings.root)
        self._children[name] = child
        return child

    def _wait_for_end(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Wait for a one-shot child; raise StartError with its log when it fails."""
        status = process.wait()
        self.folder.pid_file(name).unlink(missing_ok=True)
        self.started.remove(name)
        if status != 0:
            raise StartError(f"{name} failed with status {status}:\n{self._log_tail(name)}")

    def _wait_until_healthy(self, wanted: list[Service]) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_SECONDS
        waiting = {one.name: one for one in wanted}
        while waiting:
            for one in list(waiting.values()):
                if processes.find(self.folder, one.name) is None:
                    tail = self._log_tail(one.name)
                    raise StartError(f"{one.name} ended while starting:\n{tail}")
                if not one.health_url or _answers(one.health_url):
                    del waiting[one.name]
            if waiting and time.monotonic() > deadline:
                name = next(iter(waiting))
                raise StartError(f"{name} does not answer:\n{self._log_tail(name)}")
            time.sleep(0.2)

    def _stop(self, names: list[str]) -> list[str]:
        stopped = processes.stop(self.folder, [name for name in names if name != POSTGRES])
        if POSTGRES in names and self.server.is_running():
            self.server.stop()
            stopped.append(POSTGRES)
        self.started = [name for name in self.started if name not in names]
        for name in stopped:
            if child := self._children.pop(name, None):
                child.wait()
        return stopped

    def _status_of(self, one: Service) -> ServiceStatus:
        process = processes.find(self.folder, one.name)
        if process is None:
            state = "stopped"
        else:
            state = "running" if not one.health_url or _answers(one.health_url) else "starting"
        log = str(self.folder.log_file(one.name))
        pid = process.pid if process else None
        return ServiceStatus(one.name, state, pid, one.port, one.open_url, log)

    def _postgres_status(self) -> ServiceStatus:
        running = self.server.is_running()
        port = self.settings.pg_port
        return ServiceStatus(
            name=POSTGRES,
            state="running" if running else "stopped",
            pid=_postmaster_pid(self.server) if running else None,
            port=port,
            url=f"postgresql://{self.settings.pg_host}:{port}/{self.settings.warehouse_db}",
            log=str(self.server.log_file),
        )

    def _log_tail(self, name: str, lines: int = 15) -> str:
        path = self.folder.log_file(name)
        text = path.read_text(errors="replace").splitlines() if path.exists() else []
        return "\n".join([*text[-lines:], f"(the whole log: {os.path.relpath(path)})"])


@contextmanager
def running_warehouse(settings: Settings, say: Say = print) -> Iterator[None]:
    """Make sure that the warehouse answers while the block lasts; leave the server as found.

    A warehouse on another machine (BUSAN_PG_HOST) is never started from here.
    """
    stack = Stack(settings, say=say)
    is_local = settings.pg_host in ("127.0.0.1", "localhost", "::1")
    if is_local and not stack.server.is_running() and not _accepts(settings):
        seed_secrets(settings)
        try:
            stack.start_postgres()
            yield
        finally:
            stack.stop_started()
    else:
        yield


def _accepts(settings: Settings) -> bool:
    """Whether some PostgreSQL takes our password there; it need not be the embedded one."""
    try:
        connect("loader", settings=settings).close()
    except WarehouseUnavailable:
        return False
    return True


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2.0).status_code < 500
    except httpx.HTTPError:
        return False


def _postmaster_pid(server: EmbeddedServer) -> int | None:
    try:
        return int((server.data_dir / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
