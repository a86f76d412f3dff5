import socket
from pathlib import Path

import pytest

from busan_safety.launcher import preflight
from busan_safety.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, var_dir=tmp_path / "var", releases_dir=tmp_path / "releases")


def test_a_ready_machine_passes(settings: Settings) -> None:
    preflight.check(settings, [])

    assert settings.var_dir.is_dir()


def test_a_port_in_use_names_port_holder_and_variable(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(preflight.PreflightError) as caught:
            preflight.check(settings, [("BUSAN_AIRFLOW_PORT", port)])

    (line,) = caught.value.problems
    assert f"Port {port} is in use" in line
    assert "BUSAN_AIRFLOW_PORT" in line
    assert "\n" not in line


def test_a_full_disk_is_one_line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda path: _Usage(free=5e8))

    with pytest.raises(preflight.PreflightError) as caught:
        preflight.check(settings, [])

    (line,) = caught.value.problems
    assert "0.5 GB" in line
    assert str(settings.var_dir) in line


def test_a_folder_that_cannot_be_made_is_one_line(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    blocked = settings.model_copy(update={"var_dir": tmp_path / "file" / "var"})

    with pytest.raises(preflight.PreflightError) as caught:
        preflight.check(blocked, [])

    (line,) = caught.value.problems
    assert str(tmp_path / "file" / "var") in line


def test_an_old_python_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight.sys, "version_info", (3, 10, 4))

    with pytest.raises(preflight.PreflightError, match=r"Python 3\.10 is too old"):
        preflight.check(settings, [])


def test_all_problems_are_shown_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight.sys, "version_info", (3, 9))
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda path: _Usage(free=0))

    with pytest.raises(preflight.PreflightError) as caught:
        preflight.check(settings, [])

    assert len(caught.value.problems) == 2


class _Usage:
    def __init__(self, free: float) -> None:
        self.free = free
