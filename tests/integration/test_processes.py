"""Background processes: started, found, and ended with everything they started."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from busan_safety.launcher import processes
from busan_safety.launcher.processes import ProcessFolder

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
# A parent whose child leads a session of its own, as Airflow's task runners do.
WITH_CHILD = (
    *(sys.executable, "-c"),
    "import subprocess, sys, time\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
    " start_new_session=True)\n"
    "time.sleep(60)",
)
STUBBORN = (
    *(sys.executable, "-c"),
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('ready', flush=True)\ntime.sleep(60)",
)


@pytest.fixture
def folder(tmp_path: Path) -> ProcessFolder:
    return ProcessFolder(tmp_path)


def start(folder: ProcessFolder, name: str, command: tuple[str, ...]) -> psutil.Process:
    child = processes.start(folder, name, command, dict(os.environ), folder.var_dir)
    return psutil.Process(child.pid)


def test_a_started_process_is_found_and_stopped(folder: ProcessFolder) -> None:
    process = start(folder, "one", SLEEP)

    assert processes.find(folder, "one") == process
    assert processes.stop(folder, ["one", "never started"]) == ["one"]
    assert processes.find(folder, "one") is None
    assert not folder.pid_file("one").exists()


def test_children_in_sessions_of_their_own_end_too(folder: ProcessFolder) -> None:
    process = start(folder, "parent", WITH_CHILD)
    deadline = time.monotonic() + 10
    while not process.children() and time.monotonic() < deadline:
        time.sleep(0.05)
    (child,) = process.children()

    processes.stop(folder, ["parent"])

    assert not child.is_running()


def test_a_process_that_ignores_the_request_is_killed(
    folder: ProcessFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STOP_TIMEOUT_SECONDS", 0.5)
    process = start(folder, "stubborn", STUBBORN)
    while "ready" not in folder.log_file("stubborn").read_text():
        time.sleep(0.05)

    processes.stop(folder, ["stubborn"])

    assert not process.is_running()


def test_another_program_under_the_same_number_is_left_alone(folder: ProcessFolder) -> None:
    process = start(folder, "ours", SLEEP)
    other = folder.pid_file("reused")
    other.write_text(json.dumps({"pid": process.pid, "created": process.create_time() - 3600}))

    assert processes.find(folder, "reused") is None
    assert processes.stop(folder, ["reused"]) == []
    assert process.is_running()
    processes.stop(folder, ["ours"])


def test_what_a_process_prints_is_in_its_log(folder: ProcessFolder) -> None:
    process = start(folder, "talker", (sys.executable, "-c", "print('안녕')"))
    process.wait()

    assert folder.log_file("talker").read_text().strip() == "안녕"
