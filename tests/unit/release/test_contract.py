"""Which change of columns may keep the table's number."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from release_builders import candidate, edition

from busan_safety.gate.candidate import Candidate, Column
from busan_safety.release.contract import contract_change
from busan_safety.release.package import build_files

BEFORE = json.loads(build_files(edition(), None)["datapackage.json"])
NOW = candidate()


def with_columns(*columns: Column) -> Candidate:
    return replace(NOW, columns=columns)


def renamed(old: str, new: str) -> Candidate:
    return with_columns(
        *(replace(one, name=new) if one.name == old else one for one in NOW.columns)
    )


def test_the_same_columns_are_the_same() -> None:
    assert contract_change(BEFORE, NOW).kind == "same"
    assert contract_change(None, NOW).kind == "first"


def test_one_more_column_is_additive() -> None:
    change = contract_change(BEFORE, with_columns(*NOW.columns, Column("note", "text", "")))

    assert (change.kind, change.details) == ("additive", ("note is new",))


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        (with_columns(*NOW.columns[:-1]), "is_synthetic is gone"),
        (renamed("budget_won", "budget"), "budget_won is gone"),
        (
            with_columns(
                *(replace(c, type="text") if c.name == "budget_won" else c for c in NOW.columns)
            ),
            "budget_won was integer and is string",
        ),
        (with_columns(*reversed(NOW.columns)), "the columns stand in another order"),
        (
            replace(NOW, dataset=NOW.dataset.model_copy(update={"key": ["project_name"]})),
            "the key was project_id",
        ),
    ],
)
def test_what_breaks_readers_is_incompatible(changed: Candidate, detail: str) -> None:
    change = contract_change(BEFORE, changed)

    assert change.kind == "incompatible"
    assert detail in change.details


def test_a_wider_number_of_the_same_kind_breaks_nobody() -> None:
    wider = with_columns(
        *(replace(c, type="numeric") if c.name == "citizen_score" else c for c in NOW.columns)
    )

    assert contract_change(BEFORE, wider).kind == "same"
