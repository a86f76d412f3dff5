"""A release's files: complete, in both languages, synthetic first, the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest
from release_builders import ROWS, edition

from busan_safety.gate import Reason, Text
from busan_safety.release.package import CHECKSUMS, build_files
from busan_safety.release.words import SYNTHETIC_WARNING, attribution, both_languages


def test_folder_holds_what_was_promised() -> None:
    assert set(build_files(edition(), None)) == {
        "living_lab.csv",
        "living_lab.parquet",
        "datapackage.json",
        "README.md",
        "changes.csv",
        "gate.json",
        "SHA256SUMS",
    }


def test_same_candidate_gives_the_same_bytes() -> None:
    assert build_files(edition(), None) == build_files(edition(), None)


def test_checksums_cover_every_other_file() -> None:
    files = build_files(edition(), None)

    listed = dict(line.split("  ")[::-1] for line in files[CHECKSUMS].decode().splitlines())

    assert listed == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name != CHECKSUMS
    }


def test_readme_of_synthetic_data_begins_with_the_warning() -> None:
    readme = build_files(edition(), None)["README.md"].decode()

    assert readme.startswith(f"> **⚠ {SYNTHETIC_WARNING.ko}**")
    assert readme.index("# 치안리빙랩 과제") < readme.index("# Public safety living lab projects")
    assert "공공누리 제1유형으로 개방한 '치안리빙랩 과제" in readme


def test_real_data_carry_no_synthetic_mark() -> None:
    files = build_files(edition(ROWS.replace(",t\n", ",f\n"), is_synthetic=False), None)

    assert files["README.md"].decode().startswith("# 치안리빙랩 과제")
    for name in ("README.md", "datapackage.json"):
        assert SYNTHETIC_WARNING.ko not in files[name].decode()
    assert json.loads(files["datapackage.json"])["synthetic"] is False


def test_datapackage_describes_every_column_in_both_languages() -> None:
    package = json.loads(build_files(edition(), None)["datapackage.json"])
    schema = package["resources"][0]["schema"]

    assert package["synthetic"] is True
    assert schema["primaryKey"] == ["project_id"]
    assert schema["missingValues"] == [""]
    assert [field["type"] for field in schema["fields"]] == [
        *("string", "string", "integer", "number", "date", "string", "date", "boolean")
    ]
    assert schema["fields"][2]["descriptions"] == {"ko": "예산(원)", "en": "Budget in KRW"}
    assert package["created"] == "2024-12-31T00:00:00+09:00"


def test_gate_file_has_reasons_but_no_identity_of_one_database() -> None:
    reason = Reason("freshness", "warning", "Old.", "오래됨", "why", 2)
    gate = json.loads(build_files(edition(reasons=(reason,)), None)["gate.json"])

    assert gate["decision"] == "warn"
    assert gate["reasons"][0]["check"] == "freshness"
    assert "decision_id" not in gate
    assert "decided_at" not in gate


def test_changes_are_against_the_previous_csv() -> None:
    first = build_files(edition(), None)
    second = build_files(edition(ROWS.replace("1000", "1200")), first["living_lab.csv"])

    text = second["changes.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))

    assert rows == [
        {
            "change": "changed",
            "project_id": "P1",
            "column": "budget_won",
            "old_value": "1000",
            "new_value": "1200",
            "reason_code": "revision",
        }
    ]


@pytest.mark.parametrize(
    ("comment", "ko", "en"),
    [
        ("예산(원) / Budget in KRW", "예산(원)", "Budget in KRW"),
        ("Budget in KRW. 예산(원).", "예산(원).", "Budget in KRW."),
        ("Budget only", "Budget only", "Budget only"),
        ("예산", "예산", "예산"),
    ],
)
def test_comment_is_parted_by_language(comment: str, ko: str, en: str) -> None:
    assert both_languages(comment) == Text(ko=ko, en=en)


def test_attribution_names_publisher_year_and_licence() -> None:
    sentence = attribution(Text(ko="부산 안전 지표", en="Busan safety indicators"), 2024).ko

    assert sentence.startswith(
        "본 저작물은 부산광역시자치경찰위원회에서 2024년 작성하여 공공누리 제1유형"
    )
