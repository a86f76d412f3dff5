from pathlib import Path

import pytest

from busan_safety.transform.fingerprint import code_hash


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "seeds").mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: x")
    (tmp_path / "models" / "a.sql").write_text("select 1")
    (tmp_path / "seeds" / "s.csv").write_text("id\n1\n")
    return tmp_path


def test_same_files_have_the_same_hash(project: Path) -> None:
    assert code_hash(project) == code_hash(project)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("models/a.sql", "select 2"),
        ("models/b.sql", "select 1"),
        ("seeds/s.csv", "id\n2\n"),
        ("dbt_project.yml", "name: y"),
    ],
)
def test_a_changed_or_new_file_changes_the_hash(project: Path, name: str, content: str) -> None:
    before = code_hash(project)

    (project / name).write_text(content)

    assert code_hash(project) != before


def test_a_renamed_file_changes_the_hash(project: Path) -> None:
    before = code_hash(project)

    (project / "models" / "a.sql").rename(project / "models" / "b.sql")

    assert code_hash(project) != before


def test_bytes_that_move_between_files_change_the_hash(project: Path) -> None:
    (project / "models" / "b.sql").write_text("select 2")
    before = code_hash(project)

    (project / "models" / "a.sql").write_text("select 2")
    (project / "models" / "b.sql").write_text("select 1")

    assert code_hash(project) != before


def test_what_dbt_writes_does_not_change_the_hash(project: Path) -> None:
    before = code_hash(project)

    (project / "target").mkdir()
    (project / "target" / "manifest.json").write_text("{}")
    (project / "logs").mkdir()
    (project / "logs" / "dbt.log").write_text("line")

    assert code_hash(project) == before
