"""The processes of one machine's platform, declared: command, port, health address."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal

from busan_safety.launcher.environment import (
    airflow_env,
    child_env,
    sandbox_folder,
    sandbox_key,
    sandbox_url,
)
from busan_safety.settings import Settings


@dataclass(frozen=True)
class Service:
    """One background process besides PostgreSQL.

    phase: `airflow` starts after the migration, `agencies` after the sandbox city is generated,
    `last` when the others answer, so that its start does not slow theirs.
    other_ports: (variable, port) of what it listens on besides `port`.
    """

    name: str
    phase: Literal["airflow", "agencies", "last"]
    command: tuple[str, ...]
    env: dict[str, str]
    port: int | None = None
    port_variable: str = ""
    health_url: str = ""
    open_url: str = ""
    other_ports: tuple[tuple[str, int], ...] = ()

    @property
    def ports(self) -> list[tuple[str, int]]:
        """(variable, port) of everything that it listens on."""
        own = [] if self.port is None else [(self.port_variable, self.port)]
        return [*own, *self.other_ports]


def services(settings: Settings) -> list[Service]:
    """All services of this deployment in starting order; PostgreSQL is driven apart."""
    declared = [_api_server(settings), *_airflow_workers(settings), _portal(settings)]
    if settings.deployment == "sandbox":
        declared.insert(0, _sandbox(settings))
    return declared


def generate_command(settings: Settings) -> tuple[str, ...]:
    """Command that writes the sandbox agencies' data; it does nothing when they are there."""
    return (
        *(sys.executable, "-m", "busan_sandbox", "generate"),
        *("--out", str(settings.drop_dir)),
        *("--scale", str(settings.sandbox_scale), "--seed", str(settings.sandbox_seed)),
        *("--from", settings.sandbox_from, "--to", settings.sandbox_to),
    )


def airflow_command(*arguments: str) -> tuple[str, ...]:
    """Airflow's command line in this interpreter's environment."""
    return (sys.executable, "-m", "airflow", *arguments)


def prepare_airflow_command() -> tuple[str, ...]:
    """Command that migrates Airflow's database and creates the agencies' pools."""
    return (sys.executable, "-m", "busan_safety.launcher.prepare_airflow")


def _sandbox(settings: Settings) -> Service:
    address = sandbox_url(settings)
    return Service(
        name="sandbox",
        phase="agencies",
        command=(
            *(sys.executable, "-m", "busan_sandbox", "serve"),
            *("--port", str(settings.sandbox_port), "--data", str(sandbox_folder(settings))),
        ),
        env=child_env(settings) | {"BUSAN_SANDBOX_KEY": sandbox_key()},
        port=settings.sandbox_port,
        port_variable="BUSAN_SANDBOX_PORT",
        health_url=f"{address}/healthz",
        open_url=address,
        other_ports=(("BUSAN_SANDBOX_SFTP_PORT", settings.sandbox_sftp_port),),
    )


def _api_server(settings: Settings) -> Service:
    address = f"http://{settings.host}:{settings.airflow_port}"
    return Service(
        name="airflow-api-server",
        phase="airflow",
        command=airflow_command("api-server"),
        env=airflow_env(settings),
        port=settings.airflow_port,
        port_variable="BUSAN_AIRFLOW_PORT",
        health_url=f"{address}/api/v2/monitor/health",
        open_url=f"{address}/",
    )


def _airflow_workers(settings: Settings) -> list[Service]:
    env = airflow_env(settings)
    scheduler = (sys.executable, "-m", "busan_safety.launcher.warm_scheduler")
    return [
        Service(name="airflow-scheduler", phase="airflow", command=scheduler, env=env),
        Service(
            name="airflow-dag-processor",
            phase="airflow",
            command=airflow_command("dag-processor"),
            env=env,
        ),
        Service(
            name="airflow-triggerer",
            phase="last",
            command=airflow_command("triggerer", "--skip-serve-logs"),
            env=env,
        ),
    ]


def _portal(settings: Settings) -> Service:
    address = f"http://{settings.host}:{settings.portal_port}/"
    return Service(
        name="portal",
        phase="last",
        command=(sys.executable, "-m", "busan_safety.portal"),
        env=child_env(settings),
        port=settings.portal_port,
        port_variable="BUSAN_PORTAL_PORT",
        health_url=address,
        open_url=address,
    )
