"""The commands of the README: what they list, and what they say on a machine that is not ready."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGETS = {"help", "install", "check", "test", "browser-deps", "clean"} | {
    *("demo", "up", "down", "status", "sql"),
}

Problems = Callable[[tuple[int, int], str], list[str]]


@pytest.fixture(scope="module")
def problems() -> Problems:
    found: Problems = runpy.run_path(str(ROOT / "deploy" / "preinstall.py"))["problems"]
    return found


def test_make_alone_lists_every_promised_target() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    listed = set(re.findall(r"^  make ([a-z-]+)", shown, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert listed >= TARGETS
    assert listed == set(phony.group(1).split())


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (2, 7)])
def test_another_python_is_one_clear_line(
    problems: Problems, version: tuple[int, int], tmp_path: Path
) -> None:
    (line,) = problems(version, str(tmp_path))

    assert f"Python {version[0]}.{version[1]}" in line
    assert "3.11" in line


def test_a_supported_python_passes(problems: Problems, tmp_path: Path) -> None:
    assert problems((3, 11), str(tmp_path)) == []


def test_bounds_agree_with_the_package(problems: Problems, tmp_path: Path) -> None:
    requires = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', _pyproject())
    assert requires
    low, beyond = (int(number) for number in requires.groups())

    supported = [minor for minor in range(8, 20) if not problems((3, minor), str(tmp_path))]

    assert supported == list(range(low, beyond))


def test_a_package_index_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    # The environment is there, because making one takes ten seconds; continuous integration does.
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)

    done = subprocess.run(
        ["make", "install", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_NO_CACHE_DIR": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert done.stdout.strip().splitlines() == [
        "The package index does not answer: check the network, the proxy and pip's configuration."
    ]


def test_ci_script_is_valid_bash() -> None:
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)


def _pyproject() -> str:
    return (ROOT / "pyproject.toml").read_text()
