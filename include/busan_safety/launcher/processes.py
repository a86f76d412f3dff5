"""Start and stop background processes: own session, log file, verified process id file.

A process id alone may have been given to another program since; the file therefore keeps the
creation time as well and both must match before anything is signalled.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from busan_safety.launcher.interrupts import shielded

STOP_TIMEOUT_SECONDS = 8.0


@dataclass(frozen=True)
class ProcessFolder:
    """Where process id files and logs of one deployment lie."""

    var_dir: Path

    def pid_file(self, name: str) -> Path:
        """File that remembers the running process `name`."""
        return self.var_dir / "run" / f"{name}.json"

    def log_file(self, name: str) -> Path:
        """File that takes what process `name` prints."""
        return self.var_dir / "log" / f"{name}.log"


def start(
    folder: ProcessFolder, name: str, command: Sequence[str], env: dict[str, str], cwd: Path
) -> subprocess.Popen[bytes]:
    """Start `command` as the leader of its own process group and remember it.

    A stop signal is held back until the process id is on disk, so that no child is forgotten.
    """
    log = folder.log_file(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    pid_file = folder.pid_file(name)
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output, shielded():
        child = subprocess.Popen(  # noqa: S603 - a fixed list of our own commands
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            start_new_session=True,
        )
        created = psutil.Process(child.pid).create_time()
        pid_file.write_text(json.dumps({"pid": child.pid, "created": created}))
    return child


def find(folder: ProcessFolder, name: str) -> psutil.Process | None:
    """Return the running process remembered under `name`, or None (a stale file is removed)."""
    pid_file = folder.pid_file(name)
    try:
        known = json.loads(pid_file.read_text())
        process = psutil.Process(int(known["pid"]))
        if _is_alive(process) and abs(process.create_time() - float(known["created"])) < 1:
            return process
    except (FileNotFoundError, psutil.NoSuchProcess, ValueError, KeyError):
        pass
    pid_file.unlink(missing_ok=True)
    return None


def stop(folder: ProcessFolder, names: Iterable[str]) -> list[str]:
    """End the named processes with their whole groups; return the names that had been running.

    SIGTERM to all groups at once, SIGKILL to what is left after STOP_TIMEOUT_SECONDS.
    """
    running = {name: process for name in names if (process := find(folder, name))}
    everyone = [member for process in running.values() for member in _family(process)]
    _signal_groups(everyone, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    while time.monotonic() < deadline and any(map(_is_alive, everyone)):
        time.sleep(0.1)
    _signal_groups(everyone, signal.SIGKILL)
    psutil.wait_procs(everyone, timeout=3)
    for name in running:
        folder.pid_file(name).unlink(missing_ok=True)
    return list(running)


def _family(leader: psutil.Process) -> list[psutil.Process]:
    """Return the leader and all its descendants, also those that lead groups of their own."""
    try:
        return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return [leader]


def _signal_groups(members: Iterable[psutil.Process], number: signal.Signals) -> None:
    """Signal every process group to which a living member belongs, except our own."""
    groups = set()
    for member in members:
        if _is_alive(member):
            with contextlib.suppress(ProcessLookupError):
                groups.add(os.getpgid(member.pid))
    for group in groups - {os.getpgrp()}:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)


def _is_alive(process: psutil.Process) -> bool:
    """Whether the process runs; a child that ended but was not waited for is not alive."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
