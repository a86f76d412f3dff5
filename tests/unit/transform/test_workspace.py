import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from busan_safety.settings import Settings, get_settings
from busan_safety.transform import workspace


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("BUSAN_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("BUSAN_PG_PORT", "12345")
    monkeypatch.setenv("BUSAN_PG_PASSWORD_TRANSFORMER", "secret")
    get_settings.cache_clear()
    yield get_settings()
    get_settings.cache_clear()


@pytest.mark.parametrize(
    "run_id", ["manual__2026-11-22T16:43:00+00:00", "../../etc", "한글 실행", "x" * 300, ""]
)
def test_any_run_id_gives_one_folder_below_the_runs(settings: Settings, run_id: str) -> None:
    folder = workspace.run_folder(run_id)

    assert folder.parent == settings.var_dir / "dbt" / "runs"
    assert folder.resolve() == folder
    folder.mkdir(parents=True)


def test_ids_that_differ_only_in_odd_characters_have_their_own_folders(settings: Settings) -> None:
    assert workspace.run_folder("a:b") != workspace.run_folder("a+b")


def test_only_the_newest_runs_are_kept(settings: Settings) -> None:
    for number in range(workspace.KEPT_RUNS + 3):
        folder = workspace.workspace(f"run {number}", "marts").folder.parent
        os.utime(folder, (number, number))

    workspace.prune_workspaces()

    kept = {path.name.split("-")[0] for path in (settings.var_dir / "dbt" / "runs").iterdir()}
    assert kept == {f"run_{number}" for number in range(3, workspace.KEPT_RUNS + 3)}


def test_parse_state_is_handed_to_the_next_run(settings: Settings) -> None:
    first = workspace.workspace("first", "staging")
    (first.target_dir / "partial_parse.msgpack").write_bytes(b"state")

    workspace.keep_parse_state(first)

    second = workspace.workspace("second", "staging")
    assert (second.target_dir / "partial_parse.msgpack").read_bytes() == b"state"


def test_the_environment_is_set_for_the_run_and_restored(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DO_NOT_TRACK", "0")
    monkeypatch.delenv("DBT_PASSWORD", raising=False)

    with workspace.dbt_environment():
        assert os.environ["DBT_PASSWORD"] == "secret"
        assert os.environ["BUSAN_PG_PORT"] == "12345"
        assert os.environ["DO_NOT_TRACK"] == "1"

    assert "DBT_PASSWORD" not in os.environ
    assert os.environ["DO_NOT_TRACK"] == "0"
