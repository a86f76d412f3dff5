"""What must be true before anything is started; one clear line for each thing that is not."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterable

import psutil

from busan_safety.settings import Settings

MINIMUM_PYTHON = (3, 11)
MINIMUM_FREE_GB = 2.0


class PreflightError(RuntimeError):
    """The machine is not ready; `problems` holds one line each with what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def check(settings: Settings, wanted_ports: Iterable[tuple[str, int]]) -> None:
    """Check interpreter, disk, rights and ports; `wanted_ports` are (variable, port) pairs.

    Raises PreflightError with every problem found, so that one run shows them all.
    """
    problems = [*_python_problems(sys.version_info[:2]), *_disk_problems(settings)]
    for variable, port in wanted_ports:
        problems.extend(_port_problems(settings.host, variable, port))
    if problems:
        raise PreflightError(problems)


def _python_problems(version: tuple[int, ...]) -> list[str]:
    if version >= MINIMUM_PYTHON:
        return []
    found, wanted = (".".join(map(str, part)) for part in (version, MINIMUM_PYTHON))
    return [f"Python {found} is too old: install Python {wanted} or newer."]


def _disk_problems(settings: Settings) -> list[str]:
    problems = []
    for folder in (settings.var_dir, settings.releases_dir):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problems.append(
                f"Cannot create {folder}: {error.strerror}. Change its owner or rights."
            )
            continue
        if not os.access(folder, os.W_OK | os.X_OK):
            problems.append(f"No permission to write to {folder}: change its owner or rights.")
    if not problems:
        free_gb = shutil.disk_usage(settings.var_dir).free / 1e9
        if free_gb < MINIMUM_FREE_GB:
            problems.append(
                f"Only {free_gb:.1f} GB are free at {settings.var_dir}; "
                f"{MINIMUM_FREE_GB:g} GB are needed. Free some, or set BUSAN_VAR_DIR in .env."
            )
    return problems


def _port_problems(host: str, variable: str, port: int) -> list[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            return [f"No permission to listen on port {port}; set {variable} in .env above 1023."]
        except OSError:
            holder = _holder(port)
            return [
                f"Port {port} is in use{holder}; end that program, "
                f"or set {variable} in .env to a free port."
            ]
    return []


def _holder(port: int) -> str:
    """Text ' by <name> (process <id>)', empty where the system does not tell."""
    try:
        listening = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return ""
    for connection in listening:
        if connection.status != psutil.CONN_LISTEN or not connection.laddr or not connection.pid:
            continue
        if connection.laddr.port == port:
            try:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
            except psutil.NoSuchProcess:
                return ""
    return ""
