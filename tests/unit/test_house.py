"""The house: each room imports only from the rooms above it; the sandbox is nobody's import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

INCLUDE = Path(__file__).resolve().parents[2] / "include"
PRODUCT = INCLUDE / "busan_safety"
WAY_IN = ["settings", "warehouse", "sources", "connectors", "landing", "privacy", "loading"]
WAY_OUT = ["transform", "evaluation", "disclosure", "gate", "release", "portal"]
ROOMS = [*WAY_IN, *WAY_OUT, "launcher", "cli"]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def room_of(path: Path) -> str:
    return path.relative_to(PRODUCT).parts[0].removesuffix(".py")


MODULES = [
    path
    for path in sorted(PRODUCT.rglob("*.py"))
    if path.parent != PRODUCT or path.stem != "__init__"
]


def test_there_is_a_house():
    assert {room_of(path) for path in MODULES} == set(ROOMS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PRODUCT)))
def test_a_room_imports_only_from_rooms_above_it(path):
    allowed = ROOMS[: ROOMS.index(room_of(path)) + 1]
    used = {
        name.split(".")[1]
        for name in imported(path)
        if name.startswith("busan_safety.") and name.split(".")[1] in ROOMS
    }
    assert used <= set(allowed)


def test_nobody_imports_the_sandbox():
    for path in [*MODULES, *(INCLUDE.parent / "dags").glob("*.py")]:
        assert not [name for name in imported(path) if name.startswith("busan_sandbox")], path


def test_every_room_says_what_comes_in_and_goes_out():
    for room in ROOMS:
        package = PRODUCT / room / "__init__.py"
        if package.exists():
            doc = ast.get_docstring(ast.parse(package.read_text("utf-8"))) or ""
            assert "In:" in doc and "Out:" in doc, room


def test_readers_of_results_load_no_method_of_evaluation() -> None:
    # They take four seconds, which each command and each task of the gate would pay.
    program = (
        "import sys, busan_safety.gate, busan_safety.release, busan_safety.portal;"
        "print(*{'great_expectations', 'pyfixest', 'scipy', 'statsmodels'} & set(sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == []
