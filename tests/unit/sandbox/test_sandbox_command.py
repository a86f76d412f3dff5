"""The command line: options from arguments and environment, one clear line when refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from busan_sandbox.__main__ import main

from .conftest import KEY, City


def test_generate_takes_options_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BUSAN_SANDBOX_SCALE", "0.001")
    monkeypatch.setenv("BUSAN_SANDBOX_FROM", "2023-02")
    monkeypatch.setenv("BUSAN_SANDBOX_TO", "2023-02")
    arguments = ["generate", "--out", str(tmp_path / "drop"), "--seed", "3"]

    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("wrote ")
    assert (tmp_path / "drop/police/112/112_calls_20230228.csv").exists()
    assert not (tmp_path / "drop/police/112/112_calls_20230301.csv").exists()
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("already there")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scale", "2"], "between 0.001 and 1"),
        (["--scale", "small"], "must be numbers"),
        (["--from", "2023-13"], "not of the form"),
        (["--from", "2024-02", "--to", "2024-01"], "before the first"),
    ],
)
def test_wrong_options_are_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["generate", "--out", str(tmp_path / "drop"), *arguments]) == 2

    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1
    assert not (tmp_path / "drop").exists()


def test_serving_nothing_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--data", str(tmp_path), "--port", "0"]) == 2
    assert "run generate first" in capsys.readouterr().err


def test_help_names_both_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])

    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert "generate" in said and "serve" in said and "BUSAN_SANDBOX_KEY" in said


def test_server_process_starts_within_two_seconds_and_ends_on_request(
    city: City, tmp_path: Path
) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('{"neis": "down"}', encoding="utf-8")
    command = [sys.executable, "-m", "busan_sandbox", "serve", "--port", "0", "--sftp-port", "0"]
    command += ["--data", str(city.generated.state_dir), "--faults", str(faults)]
    start = time.monotonic()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "BUSAN_SANDBOX_KEY": KEY},
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        assert httpx.get(f"{url}/healthz").json()["synthetic"] is True
        assert time.monotonic() - start < 2
        assert httpx.get(f"{url}/hub/schoolInfo", params={"KEY": KEY}).status_code == 503
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
