import json
from pathlib import Path

import pytest

from busan_safety import __version__
from busan_safety.cli import app as cli_app
from busan_safety.cli import main
from busan_safety.settings import get_settings
from busan_safety.warehouse import WarehouseUnavailable

REGISTRY = Path(__file__).resolve().parents[3] / "include/busan_safety/sources/registry"


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUSAN_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setattr(cli_app, "raise_on_signals", lambda: None)
    monkeypatch.setattr(cli_app, "load_dotenv", lambda path: None)
    get_settings.cache_clear()


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["busan-safety", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_sources_lists_the_registry(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run("sources", "--json", monkeypatch=monkeypatch)

    listed = json.loads(capsys.readouterr().out)
    assert status == 0
    assert {one["id"] for one in listed} == {path.stem for path in REGISTRY.glob("*.yml")}


def test_the_version_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run("--version", monkeypatch=monkeypatch)

    assert (status, capsys.readouterr().out) == (0, f"busan-safety {__version__}\n")


def test_an_unknown_source_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "file.csv"
    file.touch()

    status = run("ingest", "no_such_source", "--file", str(file), monkeypatch=monkeypatch)

    captured = capsys.readouterr()
    assert status == 2
    assert "no_such_source" in captured.err
    assert captured.out == ""


def test_a_missing_file_is_status_2_and_starts_no_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    absent = tmp_path / "absent.csv"

    status = run("ingest", "city_population", "--file", str(absent), monkeypatch=monkeypatch)

    assert status == 2
    assert str(absent) in capsys.readouterr().err
    assert not (tmp_path / "var" / "pg").exists()


def test_what_is_not_the_users_fault_is_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unavailable() -> None:
        raise WarehouseUnavailable("The warehouse at 127.0.0.1:1 does not answer.")

    monkeypatch.setattr(cli_app, "app", unavailable)

    status = run("verify", monkeypatch=monkeypatch)

    assert status == 1
    assert capsys.readouterr().err.strip() == "The warehouse at 127.0.0.1:1 does not answer."


def test_help_names_every_verb(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run("--help", monkeypatch=monkeypatch)

    shown = capsys.readouterr().out
    services = {"up", "down", "status", "demo", "run", "sql", "airflow"}
    data = {"sources", "ingest", "evaluate", "publish", "verify"}
    data |= {"accept", "reload", "rotate-key", "boundaries"}
    assert status == 0
    assert {verb for verb in services | data if f" {verb} " not in shown} == set()
