"""The pages that people read at night: every statement runs, every verb, code and link exists."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
import typer.main

from busan_safety.cli.app import app
from busan_safety.settings import ROOT
from busan_safety.sources import all_sources
from busan_safety.warehouse import connect

RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
HOW_TO = ROOT / "docs" / "how-to"
OF_RELEASES = ("withdraw-a-release", "waive-a-check", "plan-releases", "trace-a-number")
PAGES = [
    *(*RUNBOOKS, HOW_TO / "backfill.md", HOW_TO / "change-a-published-table.md"),
    *(HOW_TO / f"{name}.md" for name in OF_RELEASES),
]
WANTED = {
    *("late-source", "refused-file", "quota", "new-form", "wrong-key"),
    *("closed-gate", "wrong-file", "defect"),
}
PARTS = ("**You see**", "**It means**", "**What to do**", "**Mended when**")
_STATEMENT = re.compile(r"((?:select|update)\s[^;`]*?);", re.IGNORECASE)


def statements() -> list[str]:
    found = [one for page in PAGES for one in _STATEMENT.findall(page.read_text("utf-8"))]
    assert len(found) > 8
    return found


def test_every_runbook_is_there_in_its_four_parts() -> None:
    assert {page.stem for page in RUNBOOKS} >= WANTED
    for page in RUNBOOKS:
        text = page.read_text("utf-8")
        places = [text.find(part) for part in PARTS if part in text]
        lacking = [part for part in PARTS if part not in text]

        assert lacking == [], page.name
        assert places == sorted(places), page.name


@pytest.mark.parametrize("statement", statements())
def test_every_statement_runs_with_the_role_that_the_page_names(
    warehouse: psycopg.Connection, statement: str
) -> None:
    with connect("loader") as connection:
        connection.execute(statement)
        connection.rollback()


def test_every_verb_and_option_exists() -> None:
    group = typer.main.get_command(app)
    verbs = {name: {o for p in one.params for o in p.opts} for name, one in group.commands.items()}

    used = re.findall(
        r"busan-safety ([a-z-]+)((?: [^`\n]*)?)", "".join(p.read_text("utf-8") for p in PAGES)
    )
    assert used
    for verb, rest in used:
        assert verb in verbs, verb
        if verb != "airflow":
            assert set(re.findall(r"--[a-z-]+", rest)) <= verbs[verb], (verb, rest)


def test_every_refusal_is_in_the_runbook_and_every_code_there_is_one() -> None:
    text = (ROOT / "docs" / "runbooks" / "refused-file.md").read_text("utf-8")
    rows = re.findall(r"^   \| (`.+?) \|", text, re.MULTILINE)
    listed = {code for row in rows for code in re.findall(r"`(\w+)`", row)}
    code = "\n".join(p.read_text("utf-8") for p in (ROOT / "include/busan_safety").rglob("*.py"))
    raised = set(re.findall(r'DeliveryRefused\(\s*"(\w+)"', code))

    assert len(raised) > 15
    # Of a file that somebody gives by hand, and that is not there.
    assert raised - listed == {"no_file"}
    assert [one for one in listed if f'"{one}"' not in code] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_and_feed_of_a_page_exists(page: Path) -> None:
    text = page.read_text("utf-8")

    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (page.parent / link).is_file(), link
    for feed in re.findall(r"source_id = '(\w+)'", text):
        assert feed in all_sources()
