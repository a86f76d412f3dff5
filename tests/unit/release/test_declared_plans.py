"""Calendar, embargoes and known issues as declared, with clocks of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from json import loads
from pathlib import Path

import pytest
from release_builders import ROWS, edition

from busan_safety.disclosure.tables import TABLES
from busan_safety.gate import Text, all_datasets
from busan_safety.release.calendar import Calendar, CalendarError, Embargo, parse_calendar
from busan_safety.release.known_issues import KnownIssue, KnownIssuesError, read_issues
from busan_safety.release.package import build_files
from busan_safety.settings import ROOT

WHY = Text(ko="이유", en="reason")
CALENDAR = Calendar(
    planned={"living_lab": [date(2025, 6, 30), date(2025, 1, 31), date(2024, 12, 31)]},
    embargoes=[
        Embargo(dataset="living_lab", data_from="2025-01-01", until="2025-02-15", reason=WHY)
    ],
)
ISSUE = KnownIssue.model_validate(
    {
        "id": "half-the-teams",
        "dataset": "living_lab",
        "kind": "error",
        "columns": ["team_count"],
        "affects": {"from": "2024-06-01", "to": "2024-08-31"},
        "fixed_in": "2024.12.10",
        "text": {"ko": "절반만 있습니다.", "en": "Half are missing."},
    }
)


@pytest.mark.parametrize(
    ("data_as_of", "today", "is_held"),
    [
        (date(2025, 1, 31), date(2025, 2, 14), True),
        (date(2025, 1, 31), date(2025, 2, 15), False),
        (date(2024, 12, 31), date(2025, 2, 14), False),
    ],
)
def test_an_embargo_holds_its_data_until_the_day_begins(
    data_as_of: date, today: date, is_held: bool
) -> None:
    assert (CALENDAR.embargo_on("living_lab", data_as_of, today) is not None) is is_held
    assert CALENDAR.embargo_on("policy_effects", data_as_of, today) is None


def test_planned_days_follow_the_data_not_the_clock() -> None:
    assert CALENDAR.planned_after("living_lab", date(2024, 12, 31)) == [
        date(2025, 1, 31),
        date(2025, 6, 30),
    ]


@pytest.mark.parametrize(
    ("version", "data_as_of", "concerns"),
    [
        ("2024.12.9", date(2024, 12, 31), True),
        ("2024.12.10", date(2024, 12, 31), False),
        ("2024.05.1", date(2024, 5, 31), False),
    ],
)
def test_an_issue_concerns_versions_with_its_days_until_it_is_mended(
    version: str, data_as_of: date, concerns: bool
) -> None:
    assert ISSUE.concerns(version, data_as_of) is concerns


def test_every_dataset_has_planned_days_by_its_frequency() -> None:
    calendar = parse_calendar(ROOT / "expectations" / "release_calendar.yml")
    longest = {"MONTHLY": 31, "QUARTERLY": 92, "ANNUAL": 366}

    assert set(calendar.planned) == set(all_datasets())
    for dataset in all_datasets().values():
        days = calendar.planned[dataset.id]
        assert days == sorted(set(days))
        assert days
        between = [(later - day).days for day, later in pairwise(days)]
        # A month's day moves off a weekend.
        assert all(gap <= longest[dataset.frequency] + 3 for gap in between)


def test_every_dataset_says_what_is_easily_misread_in_columns_that_it_has() -> None:
    issues = read_issues(ROOT / "expectations" / "known_issues.yml")

    assert {one.dataset for one in issues} == set(all_datasets())
    assert len({one.id for one in issues}) == len(issues)
    columns = {str(name): {one.name for one in table.columns} for name, table in TABLES.items()}
    for one in issues:
        assert set(one.columns) <= columns[one.dataset], one.id


def test_names_that_nobody_knows_are_refused(tmp_path: Path) -> None:
    calendar = tmp_path / "calendar.yml"
    calendar.write_text("version: 1\nplanned: {other: [2025-01-31]}\n", "utf-8")
    issues = tmp_path / "issues.yml"
    issues.write_text("version: 1\nknown_issues: [{id: x}]\n", "utf-8")

    with pytest.raises(CalendarError, match="names other"):
        parse_calendar(calendar)
    with pytest.raises(KnownIssuesError, match="issues"):
        read_issues(issues)


def test_issues_stand_in_package_and_readme_of_both_languages() -> None:
    files = build_files(replace(edition(ROWS), known_issues=(ISSUE,)), None)

    assert loads(files["datapackage.json"])["known_issues"] == [
        {
            "id": "half-the-teams",
            "kind": "error",
            "columns": ["team_count"],
            "affects": {"from": "2024-06-01", "to": "2024-08-31"},
            "fixed_in": "2024.12.10",
            "text": {"ko": "절반만 있습니다.", "en": "Half are missing."},
        }
    ]
    readme = files["README.md"].decode()
    assert "절반만 있습니다. (항목: team_count)" in readme
    assert "Half are missing. (columns: team_count)" in readme
