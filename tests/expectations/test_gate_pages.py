"""Great Expectations' pages of the gate's answers: every check, and nothing of the data."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from busan_safety.cli.app import app
from busan_safety.gate.answers import COULD_NOT_RUN, Answers, without_values, write_answers
from busan_safety.gate.data_docs import NoDataDocs, build_data_docs
from busan_safety.gate.suites import Check, Suite
from busan_safety.settings import Settings, get_settings
from busan_safety.warehouse import url

TABLE = "pub_living_lab_v1"
# A telephone number, and a small count written as no other number of the pages is.
PHONE = "010-9482-7715"
SMALL_COUNT = "-4.0625"
SECRETS = (PHONE, SMALL_COUNT)
_TEXT = (".html", ".json")


def _check(check: str, kind: str, **kwargs: object) -> Check:
    meta = {"check": check, "sentence_ko": "문장", "why": f"Reason of {check}."}
    return Check(
        type=kind, kwargs=kwargs, severity="critical", description=f"{check} fails.", meta=meta
    )


SUITE = Suite(
    name="living_lab",
    expectations=[
        _check("stage_known", "expect_column_values_to_be_in_set", column="stage", value_set=["a"]),
        _check("not_empty", "expect_column_values_to_not_be_null", column="stage"),
        _check("votes_bounded", "expect_column_max_to_be_between", column="votes", min_value=5),
        _check("votes_small", "expect_column_values_to_be_between", column="votes", min_value=0),
        _check(
            "rows_unlike",
            "unexpected_rows_expectation",
            unexpected_rows_query="select stage, votes from {batch}",
        ),
        _check(
            "cannot_run",
            "unexpected_rows_expectation",
            unexpected_rows_query="select stage::integer from {batch}",
        ),
        _check("personal_data", "expect_text_to_hold_no_personal_data"),
    ],
)


@pytest.fixture
def candidate(warehouse: psycopg.Connection) -> Iterator[Settings]:
    settings = get_settings()
    shutil.rmtree(settings.gate_dir, ignore_errors=True)
    warehouse.execute("set role transformer")
    warehouse.execute(f"create table published_candidate.{TABLE} (stage text, votes numeric)")
    warehouse.execute(
        f"insert into published_candidate.{TABLE} values (%s, %s)", [PHONE, SMALL_COUNT]
    )
    warehouse.execute("reset role")
    yield settings
    warehouse.execute(f"drop table published_candidate.{TABLE}")
    shutil.rmtree(settings.gate_dir, ignore_errors=True)


def test_the_pages_hold_no_value_and_no_count(
    candidate: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from busan_safety.gate import runner

    page = _asked_and_shown(candidate)

    shown = "".join(path.read_text("utf-8") for path in page.parent.rglob("*.html"))
    assert all(f"Reason of {check.meta.check}." in shown for check in SUITE.expectations)
    assert COULD_NOT_RUN.replace("'", "&#39;") in shown or COULD_NOT_RUN in shown
    assert candidate.password("transformer") not in shown
    assert _secrets_in(candidate.gate_dir) == set()

    # Whatever the library is asked for, only yes and no are kept of it.
    monkeypatch.setattr(runner, "_YES_OR_NO", "COMPLETE")
    _asked_and_shown(candidate)

    assert _secrets_in(candidate.gate_dir) == set()

    # The same search finds both where nothing is left out.
    monkeypatch.setattr(runner, "without_values", _with_values)
    page = _asked_and_shown(candidate)

    assert _secrets_in(page.parent) == set(SECRETS)


def test_the_verb_says_where_the_pages_are(candidate: Settings) -> None:
    write_answers(candidate, "living_lab", "f" * 64, _answers("living_lab", "2024-01-01T00:00:00Z"))

    ran = CliRunner().invoke(app, ["docs", "--gate", "--static", "--json"])

    page = candidate.gate_dir / "docs" / "index.html"
    assert json.loads(ran.stdout) == {"page": str(page), "address": page.as_uri()}
    assert "living_lab" in page.read_text("utf-8")


def test_an_error_of_the_database_does_not_bring_its_value_along(candidate: Settings) -> None:
    answers = _ask(candidate)

    could_not = [one for one in answers["results"] if one["exception_info"]["raised_exception"]]
    assert [one["expectation_config"]["meta"]["check"] for one in could_not] == ["cannot_run"]
    assert not [secret for secret in SECRETS if secret in json.dumps(answers)]


def test_each_dataset_is_shown_once_as_it_was_asked_last(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path)
    for dataset in ("crime", "living_lab", "no_longer_published"):
        write_answers(settings, dataset, "a" * 64, _answers(dataset, "2024-01-01T00:00:00+00:00"))
    build_data_docs(settings)
    write_answers(settings, "crime", "b" * 64, _answers("crime", "2024-02-01T00:00:00+00:00"))

    page = build_data_docs(settings)

    shown = page.parent.glob("validations/**/*.html")
    assert sorted((path.parts[-4], path.parts[-3]) for path in shown) == [
        ("crime", "b" * 12),
        ("living_lab", "a" * 12),
    ]
    assert sorted(path.name for path in settings.gate_dir.iterdir()) == ["answers", "docs"]


def test_a_page_that_cannot_be_made_leaves_the_last_site(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path)
    with pytest.raises(NoDataDocs, match="not answered yet"):
        build_data_docs(settings)
    write_answers(settings, "crime", "a" * 64, _answers("crime", "2024-01-01T00:00:00+00:00"))
    page = build_data_docs(settings)
    before = page.read_bytes()
    broken = _answers("crime", "2024-02-01T00:00:00+00:00")
    broken["results"][0]["exception_info"] = {
        "raised_exception": True,
        "exception_message": None,
        "exception_traceback": None,
    }
    write_answers(settings, "crime", "b" * 64, broken)

    with pytest.raises(NoDataDocs, match="no page of crime"):
        build_data_docs(settings)

    assert page.read_bytes() == before
    assert len(list(page.parent.glob("validations/**/*.html"))) == 1


def test_what_is_served_to_the_public_lies_elsewhere() -> None:
    settings = Settings()

    assert not settings.gate_dir.is_relative_to(settings.releases_dir)
    assert not settings.releases_dir.is_relative_to(settings.gate_dir)


def _ask(settings: Settings) -> Answers:
    from busan_safety.gate.runner import run_suite

    return run_suite(
        SUITE,
        address=url("transformer", settings=settings),
        schema="published_candidate",
        table=TABLE,
        session={},
    ).answers


def _asked_and_shown(settings: Settings) -> Path:
    write_answers(settings, "living_lab", "f" * 64, _ask(settings))
    return build_data_docs(settings)


def _with_values(found: dict[str, Any]) -> Answers:
    return {**without_values(found), "results": found["results"]}


def _secrets_in(folder: Path) -> set[str]:
    texts = [path.read_text("utf-8") for path in folder.rglob("*.*") if path.suffix in _TEXT]
    assert len(texts) >= 3
    return {secret for secret in SECRETS for text in texts if secret in text}


def _answers(dataset: str, moment: str) -> Answers:
    """What `without_values` keeps of a suite of one check."""
    check = SUITE.expectations[0].model_dump()
    exception = {"raised_exception": False, "exception_message": None, "exception_traceback": ""}
    return {
        "success": True,
        "suite_name": dataset,
        "statistics": {
            "evaluated_expectations": 1,
            "successful_expectations": 1,
            "unsuccessful_expectations": 0,
            "success_percent": 100.0,
        },
        "meta": {
            "great_expectations_version": "1",
            "validation_time": moment,
            "batch_spec": {"data_asset_name": f"pub_{dataset}_v1"},
        },
        "results": [
            {
                "success": True,
                "expectation_config": check,
                "result": {},
                "meta": {},
                "exception_info": exception,
            }
        ],
    }
