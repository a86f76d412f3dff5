from pathlib import Path

import pytest

from busan_safety.launcher.container import container_env
from busan_safety.launcher.services import generate_command, services
from busan_safety.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, var_dir=tmp_path / "var", sandbox_scale=0.01)


def test_every_service_with_a_port_names_its_variable_and_answers_on_it(
    settings: Settings,
) -> None:
    with_port = [one for one in services(settings) if one.port is not None]

    assert {one.name for one in with_port} == {"sandbox", "airflow-api-server", "portal"}
    for one in with_port:
        assert one.port_variable.startswith("BUSAN_")
        assert f"127.0.0.1:{one.port}" in one.health_url


def test_the_sandbox_declares_its_sftp_port_for_the_preflight_check(settings: Settings) -> None:
    (sandbox,) = [one for one in services(settings) if one.name == "sandbox"]

    assert ("BUSAN_SANDBOX_SFTP_PORT", settings.sandbox_sftp_port) in sandbox.ports
    assert ("BUSAN_SANDBOX_PORT", settings.sandbox_port) in sandbox.ports


def test_production_starts_no_sandbox(settings: Settings) -> None:
    production = settings.model_copy(update={"deployment": "production"})

    assert "sandbox" in {one.name for one in services(settings)}
    assert "sandbox" not in {one.name for one in services(production)}


def test_the_sandbox_is_generated_as_the_settings_say(settings: Settings) -> None:
    words = generate_command(settings)

    assert words[words.index("--scale") + 1] == "0.01"
    assert words[words.index("--out") + 1] == str(settings.drop_dir)


def test_a_containers_own_options_go_before_the_wiring(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")

    env = container_env(settings)

    assert env["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert env["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
