"""Every check of the published suites has a candidate that it, and only it, refuses."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest

from busan_safety.disclosure.attacked import fingerprinted as attacked_columns
from busan_safety.disclosure.declared import read_links
from busan_safety.gate import all_datasets, get_dataset, load_suite, validate_candidates
from busan_safety.gate.data_docs import build_data_docs
from busan_safety.gate.decision import verdict_of
from busan_safety.gate.validation import validate_candidate
from busan_safety.settings import get_settings
from expectations import attacks
from expectations.mutations import MUTATIONS

CASES = [(dataset, check) for dataset, checks in MUTATIONS.items() for check in checks]


def test_good_candidates_pass_every_check(good: psycopg.Connection) -> None:
    decisions = validate_candidates()

    assert [decision.dataset for decision in decisions] == list(all_datasets())
    assert {decision.dataset: decision.reasons for decision in decisions} == dict.fromkeys(
        all_datasets(), ()
    )
    assert {decision.decision for decision in decisions} == {"pass"}

    page = build_data_docs()

    shown = {path.parts[-4]: path for path in page.parent.glob("validations/**/*.html")}
    assert set(shown) == set(all_datasets())
    for dataset, path in shown.items():
        text = path.read_text("utf-8")
        checks = load_suite(dataset, get_settings()).expectations
        assert [one.meta.check for one in checks if f"{one.meta.check} (" not in text] == []


@pytest.mark.parametrize("dataset", list(MUTATIONS))
def test_every_check_has_a_fixture_that_fails_it(dataset: str) -> None:
    suite = load_suite(dataset, get_settings())

    assert {check.meta.check for check in suite.expectations} == set(MUTATIONS[dataset])


@pytest.mark.parametrize(("dataset", "check"), CASES, ids=[":".join(case) for case in CASES])
def test_exactly_this_check_sees_the_damage(
    good: psycopg.Connection,
    dataset: str,
    check: str,
    record_property: Callable[[str, object], None],
) -> None:
    good.execute(MUTATIONS[dataset][check])
    if check != attacks.CHECK:
        # Whoever changes rows has them attacked anew: only the check in question may see this.
        attacks.attack_nothing_found(good, only=dataset)

    decision = validate_candidate(get_dataset(dataset))

    # For the table of `make mutate-gate`.
    record_property("gate", "closed" if not decision.is_open else "waits for a person (warn)")

    assert [reason.check for reason in decision.reasons] == [check]
    suite = load_suite(dataset, get_settings())
    declared = {known.meta.check: known for known in suite.expectations}
    assert decision.reasons[0].severity == declared[check].severity
    assert not decision.reasons[0].could_not_run
    assert decision.decision == verdict_of(decision.reasons) != "pass"


def test_every_protected_fact_is_asked_for_by_its_dataset() -> None:
    for dataset, attacked in attacks.subjects().items():
        (query,) = _attack_checks(dataset)
        assert re.findall(r"unnest\(array\[([^]]*)\]", query) == [
            ", ".join(f"'{subject}'" for subject in attacked)
        ]
        (columns,) = re.findall(r"array_agg\(row\(([^)]*)\)", query)
        assert re.findall(r"\w+", columns) == attacked_columns(dataset)
    assert {name for name in all_datasets() if _attack_checks(name)} == set(attacks.subjects())


@pytest.mark.parametrize("dataset", list(attacks.subjects()))
@pytest.mark.parametrize(
    "damage",
    [
        "delete from ops.disclosure_attack where dataset = '{dataset}'",
        "update published_candidate.pub_{dataset}_v1 set {number} = {number} + 1"
        " where ctid = (select min(ctid) from published_candidate.pub_{dataset}_v1"
        " where {number} > 100)",
        attacks.found("{dataset}", "null"),
    ],
    ids=["never attacked", "changed after the attack", "attack without conclusion"],
)
def test_without_a_clean_attack_on_these_rows_the_gate_stays_closed(
    good: psycopg.Connection, dataset: str, damage: str
) -> None:
    links = read_links(get_settings().expectations_dir / "linked")
    number = links[dataset].count if dataset in links else "denominator"
    good.execute(damage.format(dataset=dataset, number=number))

    decision = validate_candidate(get_dataset(dataset))

    assert attacks.CHECK in [reason.check for reason in decision.reasons]
    assert decision.decision == "fail"


def test_a_check_that_cannot_run_closes_the_gate_even_if_it_only_warns(
    good: psycopg.Connection,
) -> None:
    good.execute("alter table published_candidate.pub_living_lab_v1 rename data_as_of to as_of")

    decision = validate_candidate(get_dataset("living_lab"))

    freshness = next(reason for reason in decision.reasons if reason.check == "freshness")
    assert freshness.could_not_run
    assert freshness.severity == "critical"
    assert decision.decision == "fail"


def test_reasons_hold_counts_and_no_cell(good: psycopg.Connection) -> None:
    good.execute(MUTATIONS["living_lab"]["personal_data"])
    good.execute(MUTATIONS["living_lab"]["score_within_bounds"])

    validate_candidate(get_dataset("living_lab"))

    stored = good.execute("select reasons::text from ops.gate_decision").fetchone()[0]
    assert "1234" not in stored
    assert "100.5" not in stored
    assert '"unexpected_count": 3' in stored
    assert '"unexpected_count": 1' in stored


def _attack_checks(dataset: str) -> list[str]:
    return [
        check.kwargs["unexpected_rows_query"]
        for check in load_suite(dataset, get_settings()).expectations
        if check.meta.check == attacks.CHECK
    ]
