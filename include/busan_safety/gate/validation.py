"""Validate the candidates: fingerprint, suite, decision, one per dataset."""

from __future__ import annotations

import calendar
from datetime import date, datetime

import psycopg

from busan_safety import __version__
from busan_safety.disclosure.policy import BY_INDICATOR, read_policy
from busan_safety.gate.answers import write_answers
from busan_safety.gate.candidate import CANDIDATE_SCHEMA, read_candidate
from busan_safety.gate.datasets import Dataset, all_datasets
from busan_safety.gate.decision import Decision, verdict_of
from busan_safety.gate.records import write_decision
from busan_safety.gate.suites import load_suite
from busan_safety.gate.waivers import apply_waivers, check_waivers, digest_of, load_waivers
from busan_safety.settings import SEOUL, Settings, get_settings
from busan_safety.warehouse import connect, url


class CandidateChanged(RuntimeError):
    """The candidate was rebuilt while it was being checked, so nothing was decided."""


def validate_candidates(run_id: str | None = None) -> list[Decision]:
    """Decide on every dataset's candidate and record it in `ops.gate_decision`.

    Returns the decisions in the order of the datasets; a closed gate is a decision, not an error
    (see `require_open`). Raises CandidateMissing before the candidates are built,
    CandidateChanged when one was rebuilt meanwhile, SuiteError and WaiverError for unfit files.
    """
    return [validate_candidate(dataset, run_id) for dataset in all_datasets().values()]


def validate_candidate(
    dataset: Dataset, run_id: str | None = None, *, today: date | None = None
) -> Decision:
    """Decide on one dataset's candidate and record it; errors as for `validate_candidates`.

    today: the day by which waivers expire, default today in Korea.
    """
    # Imported here: Great Expectations takes seconds to load, and readers of decisions need none.
    from busan_safety.gate.runner import run_suite

    settings = get_settings()
    suite = load_suite(dataset.id, settings)
    policy = _policy(settings)
    waivers = load_waivers(settings, dataset.id)
    check_waivers(waivers, suite)
    with connect("transformer", settings=settings) as connection:
        candidate = read_candidate(connection, dataset)
        connection.commit()
        run = run_suite(
            suite,
            address=url("transformer", settings=settings),
            schema=CANDIDATE_SCHEMA,
            table=dataset.candidate_table,
            session={
                **policy,
                "gate.today": gate_today(settings, newest_reference_date(connection)).isoformat(),
            },
        )
        reasons = apply_waivers(run.reasons, waivers, today or datetime.now(SEOUL).date())
        if read_candidate(connection, dataset).fingerprint != candidate.fingerprint:
            raise CandidateChanged(
                f"{CANDIDATE_SCHEMA}.{dataset.candidate_table} changed while it was checked; "
                "let the build finish, then run validate_candidates again."
            )
        decision = write_decision(
            connection,
            dataset=dataset.id,
            candidate_fingerprint=candidate.fingerprint,
            suite_hash=suite.hash({**policy, **digest_of(waivers)}),
            code_version=__version__,
            decision=verdict_of(reasons),
            reasons=reasons,
            row_count=len(candidate.rows()),
            run_id=run_id,
        )
    write_answers(settings, dataset.id, candidate.fingerprint, run.answers)
    return decision


def current_suite_hash(dataset_id: str, settings: Settings) -> str:
    """Hash of the suite, the policy and the waivers that would decide today."""
    waivers = load_waivers(settings, dataset_id)
    return load_suite(dataset_id, settings).hash({**_policy(settings), **digest_of(waivers)})


def gate_today(settings: Settings, newest_delivered: date | None = None) -> date:
    """Return the day by which freshness and "the future" are judged.

    The sandbox's agencies live at the end of their last month, whatever the wall clock says; a
    later file that somebody took in by hand moves that day, up to the real one.
    """
    real = datetime.now(SEOUL).date()
    if not settings.is_synthetic:
        return real
    year, month = map(int, settings.sandbox_to.split("-"))
    end = date(year, month, calendar.monthrange(year, month)[1])
    return max(end, min(newest_delivered, real)) if newest_delivered else end


def newest_reference_date(connection: psycopg.Connection) -> date | None:
    """Newest event or reference date among the deliveries that are in use."""
    row = connection.execute(
        "select max(b.reference_date) from ops.batch b join ops.batch_slice s using (batch_id)"
        " where s.superseded_at is null"
    ).fetchone()
    connection.commit()
    return row[0] if row else None


def _policy(settings: Settings) -> dict[str, str]:
    """Settings that the suites' SQL reads with `current_setting`; part of the suite's hash."""
    disclosure = read_policy(settings.expectations_dir / "disclosure.yml")
    thresholds = {name: known.threshold for name, known in disclosure.classes.items()} | {
        name: disclosure.threshold(name)
        for name, rule in disclosure.datasets.items()
        if rule != BY_INDICATOR
    }
    return {
        "gate.is_synthetic": str(settings.is_synthetic).lower(),
        **{f"gate.threshold_of_{name}": str(limit or 0) for name, limit in thresholds.items()},
    }
