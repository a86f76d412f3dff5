import json
import os
import stat
from pathlib import Path

import pytest

from busan_safety.launcher.environment import (
    airflow_env,
    airflow_home,
    child_env,
    connection_env,
    seed_secrets,
)
from busan_safety.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in [name for name in os.environ if name.startswith("BUSAN_")]:
        monkeypatch.delenv(name)
    return Settings(_env_file=None, var_dir=tmp_path / "var", deployment="sandbox")


def test_children_may_write_compiled_modules(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    assert "PYTHONDONTWRITEBYTECODE" not in child_env(settings)


def test_children_get_the_settings_of_this_process(settings: Settings) -> None:
    changed = settings.model_copy(update={"pg_port": 61234, "sandbox_to": "2023-03"})

    env = child_env(changed)

    assert env["BUSAN_PG_PORT"] == "61234"
    assert env["BUSAN_SANDBOX_TO"] == "2023-03"
    assert env["BUSAN_VAR_DIR"] == str(settings.var_dir)


def test_airflow_listens_on_loopback_only(settings: Settings) -> None:
    env = airflow_env(settings)

    assert env["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert env["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].startswith("http://127.0.0.1:")


def test_every_airflow_process_shares_its_keys(settings: Settings) -> None:
    first, second = airflow_env(settings), airflow_env(settings)

    for name in ("API_AUTH__JWT_SECRET", "API__SECRET_KEY", "CORE__FERNET_KEY"):
        assert first[f"AIRFLOW__{name}"] == second[f"AIRFLOW__{name}"]
    assert len(first["AIRFLOW__API_AUTH__JWT_SECRET"]) >= 64
    assert first["AIRFLOW__API_AUTH__JWT_SECRET"] != first["AIRFLOW__API__SECRET_KEY"]


def test_password_file_is_private_and_holds_both_users(settings: Settings) -> None:
    seed_secrets(settings)

    file = airflow_home(settings) / "passwords.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text()) == {
        "admin": settings.password("airflow_admin"),
        "viewer": settings.password("airflow_viewer"),
    }


def test_sandbox_agencies_are_connected(settings: Settings) -> None:
    connections = connection_env(settings)

    assert json.loads(connections["AIRFLOW_CONN_NEIS"])["host"] == "http://127.0.0.1:58090"
    drop = json.loads(connections["AIRFLOW_CONN_POLICE_DROP"])["host"]
    assert drop == (settings.var_dir / "drop" / "police").as_uri()


def test_sandbox_folders_are_connected_over_http_and_sftp(settings: Settings) -> None:
    changed = settings.model_copy(update={"sandbox_sftp_port": 61022})

    connections = connection_env(changed)

    files = json.loads(connections["AIRFLOW_CONN_CITY_FILES"])
    sftp = json.loads(connections["AIRFLOW_CONN_POLICE_SFTP"])
    assert files["host"] == "http://127.0.0.1:58090/files/city"
    assert sftp["host"] == "sftp://busan@127.0.0.1:61022/police"
    # The key's file, because Airflow starts before the sandbox has written it.
    key_file = settings.var_dir / "sandbox" / "sftp_host_key.pub"
    assert sftp["extra"] == {"host_key_file": str(key_file)}


def test_in_containers_the_folders_are_where_the_interfaces_are(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSAN_SANDBOX_URL", "http://sandbox:58090")

    connections = connection_env(settings)

    assert json.loads(connections["AIRFLOW_CONN_CITY_SFTP"])["host"] == (
        "sftp://busan@sandbox:58022/city"
    )


def test_a_setting_without_a_value_is_not_handed_on(settings: Settings) -> None:
    assert "BUSAN_PSEUDONYM_KEY_FILE" not in child_env(settings)


def test_a_real_agency_goes_before_the_sandbox(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_NEIS", '{"host": "https://example.org"}')

    env = airflow_env(settings)

    assert env["AIRFLOW_CONN_NEIS"] == '{"host": "https://example.org"}'
    assert "AIRFLOW_CONN_ODCLOUD" in env


def test_production_is_never_connected_to_the_sandbox(settings: Settings) -> None:
    production = settings.model_copy(update={"deployment": "production"})

    assert connection_env(production) == {}


def test_every_connection_of_the_registry_is_known() -> None:
    from busan_safety.launcher.environment import CONNECTIONS
    from busan_safety.sources import all_sources

    named = {source.transport.connection for source in all_sources().values()} | {
        exception.connection
        for source in all_sources().values()
        for exception in source.transport.exceptions.values()
    }

    assert named
    assert named - set(CONNECTIONS) == set()
