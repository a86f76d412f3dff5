"""Compose file and Dockerfile: valid without an engine, no secret inside, every variable known."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from busan_safety.launcher.environment import _SECRETS, CONNECTIONS
from busan_safety.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
TOOLS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found = yaml.safe_load(COMPOSE)["services"]
    assert len(found) > 0
    return dict(found)


def example_variables() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", EXAMPLE, flags=re.MULTILINE))


def fits_specification(path: Path) -> bool:
    command = [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", path]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_compose_file_fits_the_specification(tmp_path: Path) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE.replace("healthcheck:", "health_check:"))

    assert fits_specification(ROOT / "docker-compose.yml")
    assert not fits_specification(broken)


def test_dockerfile_passes_hadolint() -> None:
    checked = subprocess.run(
        [TOOLS / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout


def test_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER\s+(\S+)", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)

    assert users
    assert users[-1] not in ("root", "0")


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE))

    assert used
    assert used - example_variables() == set()


def test_every_setting_is_in_the_example() -> None:
    settings = {f"BUSAN_{name.upper()}" for name in Settings.model_fields} - {"BUSAN_ROOT"}
    connections = {f"AIRFLOW_CONN_{name.upper()}" for name in CONNECTIONS}

    assert (settings | connections) - example_variables() == set()


def test_the_example_gives_the_real_defaults() -> None:
    given = dict(re.findall(r"^#?(BUSAN_[A-Z_]+)=(.+)$", EXAMPLE, flags=re.MULTILINE))
    paths = {"BUSAN_VAR_DIR", "BUSAN_RELEASES_DIR", "BUSAN_PSEUDONYM_KEY_FILE"}
    paths |= {"BUSAN_BOUNDARY_FILE"}

    for name, field in Settings.model_fields.items():
        variable = f"BUSAN_{name.upper()}"
        if variable in given and variable not in paths:
            assert given[variable] == str(field.default), variable


def test_every_secret_must_be_given_and_none_has_a_value() -> None:
    for name in _SECRETS:
        variable = f"BUSAN_PG_PASSWORD_{name.upper()}"
        assert f"{variable}: ${{{variable}:?}}" in COMPOSE, variable
        assert re.search(rf"^#{variable}=$", EXAMPLE, flags=re.MULTILINE), variable

    values = re.findall(r"^\s*\w*(?:PASSWORD|SECRET|KEY)\w*:\s*(\S+)", COMPOSE, flags=re.MULTILINE)
    assert values
    assert [value for value in values if not value.startswith("${")] == []


def test_every_long_running_service_has_a_healthcheck(services: dict[str, Any]) -> None:
    without = {name for name, service in services.items() if "healthcheck" not in service}

    assert without == {"prepare"}


def test_ports_are_published_on_loopback_only(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]

    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_the_sandbox_starts_only_under_its_profile(services: dict[str, Any]) -> None:
    assert services["sandbox"]["profiles"] == ["sandbox"]
    dependants = [
        name for name, service in services.items() if "sandbox" in service.get("depends_on", {})
    ]
    assert dependants == []


def test_compose_runs_every_airflow_component(services: dict[str, Any]) -> None:
    commands = {tuple(one["command"][:2]) for one in services.values() if "command" in one}

    for component in ("api-server", "scheduler", "dag-processor", "triggerer", "celery"):
        assert ("airflow", component) in commands
