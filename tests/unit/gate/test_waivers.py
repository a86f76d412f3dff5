"""Waivers let a named check fail until a day; never one that protects people."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from busan_safety.gate import Reason, WaiverError, all_datasets, load_suite
from busan_safety.gate.decision import verdict_of
from busan_safety.gate.waivers import (
    Waiver,
    _read,
    apply_waivers,
    check_waivers,
    digest_of,
    protects_people,
)
from busan_safety.settings import get_settings

LAST_DAY = date(2025, 2, 10)
FAILED = Reason("freshness", "critical", "Old.", "오래됨.", "why", 3)
ENTRY = """
version: 1
waivers:
  - dataset: {dataset}
    check: freshness
    owner: office
    reason: {{ko: 이유, en: reason}}
    granted_on: 2025-01-10
    expires_on: {until}
"""


def waiver(check: str = "freshness") -> Waiver:
    return Waiver.model_validate(
        {
            "dataset": "living_lab",
            "check": check,
            "owner": "office",
            "reason": {"ko": "이유", "en": "reason"},
            "granted_on": date(2025, 1, 10),
            "expires_on": LAST_DAY,
        }
    )


def test_a_valid_waiver_passes_and_stays_visible() -> None:
    (reason,) = apply_waivers((FAILED,), (waiver(),), LAST_DAY)

    assert verdict_of([reason]) == "pass"
    assert reason.waived is not None
    assert reason.as_json()["waived"]["expires_on"] == "2025-02-10"
    assert Reason.from_json(reason.as_json()) == reason


def test_on_the_day_after_it_closes_the_gate_and_says_so() -> None:
    (reason,) = apply_waivers((FAILED,), (waiver(),), date(2025, 2, 11))

    assert verdict_of([reason]) == "fail"
    assert "Its waiver expired on 2025-02-10." in reason.sentence
    assert "2025-02-10" in reason.sentence_ko


def test_other_checks_and_such_that_could_not_run_are_not_covered() -> None:
    other = Reason("key_unique", "critical", "Twice.", "중복.", "why", 1)
    broken = Reason("freshness", "critical", "Old.", "오래됨.", "why", None, could_not_run=True)

    assert apply_waivers((other, broken), (waiver(),), LAST_DAY) == (other, broken)


@pytest.mark.parametrize(
    ("check", "said"),
    [("personal_data", "protects people"), ("fresh", "no such check. Its checks: ")],
)
def test_what_may_not_or_cannot_be_waived_is_refused(check: str, said: str) -> None:
    suite = load_suite("living_lab", get_settings())

    with pytest.raises(WaiverError, match=said):
        check_waivers((waiver(check),), suite)


def test_every_suite_has_checks_that_protect_people_and_others() -> None:
    for dataset in all_datasets():
        checks = load_suite(dataset, get_settings()).expectations
        protecting = {check.meta.check for check in checks if protects_people(check)}

        assert "personal_data" in protecting
        assert "freshness" not in protecting
        reads_threshold = {c.meta.check for c in checks if "gate.threshold_of_" in str(c.kwargs)}
        assert reads_threshold <= protecting


@pytest.mark.parametrize(
    ("dataset", "until", "said"),
    [("other", LAST_DAY, "names dataset 'other'"), ("living_lab", date(2027, 1, 1), "a year")],
)
def test_unfit_entries_are_refused(tmp_path: Path, dataset: str, until: date, said: str) -> None:
    path = tmp_path / "waivers.yml"
    path.write_text(ENTRY.format(dataset=dataset, until=until), "utf-8")

    with pytest.raises(WaiverError, match=said):
        _read(path)


def test_a_waiver_changes_what_decides_and_none_does_not() -> None:
    suite = load_suite("living_lab", get_settings())

    assert suite.hash({**digest_of(())}) == suite.hash({})
    assert suite.hash({**digest_of((waiver(),))}) != suite.hash({})
