"""Suite files: complete or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from busan_safety.gate.suites import SuiteError, read_suite

CHECK = """
  - type: expect_table_row_count_to_be_between
    kwargs: {min_value: 1}
    severity: critical
    description: There is no row.
    meta: {check: not_empty, sentence_ko: 행이 없습니다., why: Nothing to publish.}
"""


def _suite(folder: Path, checks: str) -> Path:
    path = folder / "table.yml"
    path.write_text(f"name: table\nexpectations:{checks or ' []'}\n", encoding="utf-8")
    return path


def test_complete_suite_is_read(tmp_path: Path) -> None:
    suite = read_suite(_suite(tmp_path, CHECK))

    assert [check.meta.check for check in suite.expectations] == ["not_empty"]


@pytest.mark.parametrize("lost", ["severity: critical", "description: There is no row."])
def test_check_without_severity_or_sentence_is_refused(tmp_path: Path, lost: str) -> None:
    with pytest.raises(SuiteError, match=lost.split(":")[0]):
        read_suite(_suite(tmp_path, CHECK.replace(f"    {lost}\n", "")))


@pytest.mark.parametrize("lost", ["why: Nothing to publish.", "sentence_ko: 행이 없습니다."])
def test_check_without_reason_is_refused(tmp_path: Path, lost: str) -> None:
    with pytest.raises(SuiteError, match=lost.split(":")[0]):
        read_suite(_suite(tmp_path, CHECK.replace(f", {lost}", "")))


def test_suite_that_passes_everything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="passes everything"):
        read_suite(_suite(tmp_path, ""))


def test_check_id_used_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="used twice: not_empty"):
        read_suite(_suite(tmp_path, CHECK + CHECK))


def test_missing_suite_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"no suite nowhere\.yml"):
        read_suite(tmp_path / "nowhere.yml")


def test_hash_moves_with_a_threshold_and_with_the_file(tmp_path: Path) -> None:
    suite = read_suite(_suite(tmp_path, CHECK))
    other = read_suite(_suite(tmp_path, CHECK.replace("min_value: 1", "min_value: 2")))

    hashes = {
        suite.hash({"gate.threshold_of_person": "5"}),
        suite.hash({"gate.threshold_of_person": "3"}),
        other.hash({"gate.threshold_of_person": "5"}),
    }

    assert len(hashes) == 3
